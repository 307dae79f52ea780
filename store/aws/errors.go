package aws

import (
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/credentials/ssocreds"
	"github.com/aws/smithy-go"
	smithyhttp "github.com/aws/smithy-go/transport/http"

	"github.com/xec-sh/xec-go/store/remote"
	"github.com/xec-sh/xec-go/store/secret"
)

// noCredentials does not repeat the cause, which may quote a file or what a program has
// printed.
func noCredentials(err error) error {
	var sso *ssocreds.InvalidTokenError
	if errors.As(err, &sso) {
		return secret.WithHint(secret.Errorf(secret.Permission, "AWS: the session of the single sign-on has ended"), "log in with: aws sso login")
	}
	var api smithy.APIError
	if errors.As(err, &api) && isWord(api.ErrorCode()) {
		return secret.WithHint(secret.Errorf(secret.Permission, "AWS: the credentials are refused (%s)", api.ErrorCode()), credentialsHint)
	}
	return secret.WithHint(secret.Errorf(secret.Permission, "AWS: there are no credentials"), credentialsHint)
}

const credentialsHint = "see which are used with: aws sts get-caller-identity; set AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY"

// failure is an answer of the service that says what went wrong.
type failure struct{ code, message string }

func (f *failure) Error() string { return f.code }

func codeOf(err error) string {
	var f *failure
	if errors.As(err, &f) {
		return f.code
	}
	return ""
}

func isMissing(err error) bool { return codeOf(err) == "ResourceNotFoundException" }

func isExisting(err error) bool { return codeOf(err) == "ResourceExistsException" }

// isDeleted knows by the message alone that a secret is deleted, though not for good.
func isDeleted(err error) bool {
	var f *failure
	if !errors.As(err, &f) || f.code != "InvalidRequestException" {
		return false
	}
	text := strings.ToLower(f.message)
	return strings.Contains(text, "marked") && strings.Contains(text, "delet") || strings.Contains(text, "scheduled for deletion")
}

func isDenied(err error) bool {
	return slices.Contains([]string{"AccessDeniedException", "AccessDenied"}, codeOf(err))
}

// refusedCredentials are the codes for credentials that the service does not take.
var refusedCredentials = []string{
	"UnrecognizedClientException", "InvalidClientTokenId", "InvalidAccessKeyId", "InvalidSignatureException",
	"SignatureDoesNotMatch", "IncompleteSignature", "IncompleteSignatureException", "MissingAuthenticationToken",
	"MissingAuthenticationTokenException", "ExpiredToken", "ExpiredTokenException", "NotAuthorized", "OptInRequired",
}

// explain says to a person what went wrong, and gives it its kind. What the service said
// is not repeated: what stands between may have put a part of the request into it.
func (s *service) explain(action, name string, err error) error {
	var api smithy.APIError
	if !errors.As(err, &api) {
		return s.explainBroken(err)
	}
	f := &failure{api.ErrorCode(), api.ErrorMessage()}
	say := func(kind secret.Kind, hint, text string) error {
		err := secret.Errorf(kind, "%s: %s: %s%w", s.where, name, text, remote.Unsaid{Err: f})
		return secret.WithHint(err, "%s", hint)
	}
	code := f.code
	switch {
	case isMissing(f):
		return say(secret.NotFound, "", "there is no such secret")
	case isDenied(f) && strings.Contains(f.message, "KMS"):
		return say(secret.Permission, "the key's policy must allow kms:Decrypt, and to write kms:GenerateDataKey", "the credentials may not use the key that encrypts it")
	case isDenied(f) && action == batchAction:
		return deniedBatch{say(secret.Permission, "", "the credentials may not "+action)}
	case isDenied(f):
		return say(secret.Permission, "a policy must allow secretsmanager:"+action+" on it", "the credentials may not "+action)
	case slices.Contains(refusedCredentials, code):
		return say(secret.Permission, credentialsHint, "the credentials are not valid, or no longer ("+code+")")
	case code == "DecryptionFailure" || code == "EncryptionFailure":
		return say(secret.Encryption, "look at the secret's key in AWS KMS: it may be disabled or deleted", "the service cannot use the key that encrypts it")
	case strings.Contains(code, "Thrott") || strings.Contains(code, "TooManyRequests") || strings.Contains(code, "RequestLimit"):
		return say(secret.General, "try again later", "the service has too many requests")
	case code == "LimitExceededException":
		return say(secret.General, "the service allows 500,000 secrets, and 100 values of one a day", "a limit of the service is reached")
	}
	return say(secret.General, "are region and endpoint right?", "the service answers with "+shown(code, err))
}

// shown is the code of an answer and its status, as far as they are what they seem.
func shown(code string, err error) string {
	if !isWord(code) || code == "UnknownError" {
		code = "an error"
	}
	var answer *smithyhttp.ResponseError
	if errors.As(err, &answer) {
		status := answer.HTTPStatusCode()
		return fmt.Sprintf("%s, status %d (%s)", code, status, strings.ToLower(http.StatusText(status)))
	}
	return code
}

func isWord(code string) bool {
	isLetter := func(r rune) bool { return 'a' <= r|0x20 && r|0x20 <= 'z' }
	return code != "" && len(code) <= 60 && strings.TrimFunc(code, isLetter) == ""
}

// explainBroken is for requests that got no whole answer.
func (s *service) explainBroken(err error) error {
	var at *url.Error
	var moved *redirected
	var authority x509.UnknownAuthorityError
	var answer *smithyhttp.ResponseError
	hint := "are region, endpoint and proxy right?"
	switch {
	case errors.As(err, &moved):
		err = moved
	case errors.Is(err, remote.ErrTooLong):
		err = remote.ErrTooLong
	case errors.Is(err, io.ErrUnexpectedEOF):
		err, hint = fmt.Errorf("the answer ends before its end: %w", io.ErrUnexpectedEOF), "try again; something between may have cut the connection"
	case errors.As(err, &answer) && answer.HTTPStatusCode() != 0:
		err = fmt.Errorf("the answer, of status %d, is not one of Secrets Manager's", answer.HTTPStatusCode())
	case errors.As(err, &at):
		err = at.Err // without what the SDK and the URL say more
	}
	if errors.As(err, &authority) {
		hint = "AWS_CA_BUNDLE names the file of the authority that signed the certificate"
	}
	return secret.WithHint(secret.Errorf(secret.General, "%s: %w", s.where, err), "%s", hint)
}
