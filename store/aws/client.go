package aws

import (
	"context"
	"errors"
	"net"
	"net/http"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
	"github.com/aws/smithy-go/logging"

	"github.com/xec-sh/xec-go/store/remote"
	"github.com/xec-sh/xec-go/store/secret"
)

// service speaks to Secrets Manager as one person.
type service struct {
	where       string // for a person
	patience    time.Duration
	client      *secretsmanager.Client
	credentials aws.CredentialsProvider
}

// checkEndpoint does not quote the endpoint: it may hold a password.
func (o *options) checkEndpoint() error {
	if o.Endpoint == "" {
		return nil
	}
	if !remote.IsAddress(o.Endpoint) {
		err := secret.Errorf(secret.Invalid, "secrets.aws.endpoint: not the address of a service")
		return secret.WithHint(err, "an address is like https://secretsmanager.eu-west-1.amazonaws.com, with no user and nothing behind the path")
	}
	return nil
}

func newService(ctx context.Context, o options, again func(*retry.StandardOptions)) (*service, error) {
	c, err := loadConfig(ctx, o, again)
	if err != nil {
		return nil, err
	}
	if c.Region == "" {
		err := secret.Errorf(secret.Invalid, "secrets.aws.region: missing, and AWS_REGION is not set")
		return nil, secret.WithHint(err, "a region is like eu-west-1")
	}
	s := &service{where: "AWS Secrets Manager in " + c.Region, patience: remote.Patience, credentials: c.Credentials}
	if o.Endpoint != "" {
		s.where = o.Endpoint
	}
	s.client = secretsmanager.NewFromConfig(c, func(to *secretsmanager.Options) {
		to.HTTPClient = newWire(c.HTTPClient)
		if o.Endpoint != "" {
			to.BaseEndpoint = aws.String(o.Endpoint)
		}
	})
	return s, nil
}

// do sends one request, which ends in time. An error names the action and the secret.
func do[T any](ctx context.Context, s *service, action, name string, send func(context.Context, *secretsmanager.Client) (T, error)) (T, error) {
	var none T
	if err := ctx.Err(); err != nil {
		return none, err
	}
	ctx, cancel := remote.WithPatience(ctx, s.where, s.patience, "are region, endpoint and proxy right?")
	defer cancel()
	if _, err := s.credentials.Retrieve(ctx); err != nil {
		return none, remote.GivenUp(ctx, s.where, noCredentials(err))
	}
	answer, err := send(ctx, s.client)
	if err != nil {
		return none, remote.GivenUp(ctx, s.where, s.explain(action, name, err))
	}
	return answer, nil
}

// loadConfig reads environment and files. What is in them is not put into errors.
func loadConfig(ctx context.Context, o options, again func(*retry.StandardOptions)) (aws.Config, error) {
	// The SDK adds AWS_CA_BUNDLE to a client of its own only.
	client := awshttp.NewBuildableClient().
		WithDialerOptions(func(d *net.Dialer) { d.Timeout = remote.DialTime }).
		WithTransportOptions(func(t *http.Transport) {
			t.TLSHandshakeTimeout = remote.DialTime
			t.MaxConnsPerHost = o.Parallel
			t.MaxIdleConnsPerHost = o.Parallel
		})
	with := []func(*config.LoadOptions) error{
		config.WithHTTPClient(client),
		config.WithLogger(logging.Nop{}),
		config.WithRetryer(func() aws.Retryer { return retry.NewStandard(again) }),
	}
	if o.Region != "" {
		with = append(with, config.WithRegion(o.Region))
	}
	if o.Profile != "" {
		with = append(with, config.WithSharedConfigProfile(o.Profile))
	}
	c, err := config.LoadDefaultConfig(ctx, with...)
	var profile config.SharedConfigProfileNotExistError
	switch {
	case err == nil:
		return c, nil
	case ctx.Err() != nil:
		return c, ctx.Err()
	case errors.As(err, &profile):
		return c, secret.WithHint(secret.Errorf(secret.Invalid, "AWS has no profile %q", profile.Profile), "see: aws configure list-profiles")
	}
	err = secret.Errorf(secret.Invalid, "the configuration of AWS cannot be used")
	return c, secret.WithHint(err, "look at ~/.aws/config, ~/.aws/credentials and the variables AWS_…; aws configure list shows them")
}

// persistent is how requests are sent again. A service that cannot be reached at all is
// asked once.
func persistent(o *retry.StandardOptions) {
	final := retry.IsErrorRetryableFunc(func(err error) aws.Ternary {
		var dial *net.OpError
		if isWire(err) || errors.As(err, &dial) && dial.Op == "dial" {
			return aws.FalseTernary
		}
		return aws.UnknownTernary
	})
	o.MaxAttempts = remote.Tries
	o.MaxBackoff = 4 * time.Second
	o.Retryables = append([]retry.IsErrorRetryable{final}, o.Retryables...)
}

// redirected is the error for an answer that points elsewhere.
type redirected struct{ to string }

func (r *redirected) Error() string { return "it redirects to " + r.to + ", which is not followed" }

// isWire reports whether the error is one that a second try will have too.
func isWire(err error) bool {
	var r *redirected
	return errors.Is(err, remote.ErrTooLong) || errors.As(err, &r)
}

// wire is the HTTP client below the SDK's. It follows no redirect, since the SDK's own
// takes the session token along, and reads answers of bounded size.
type wire struct{ client http.Client }

// newWire takes the transport of the SDK's client, which has what AWS_CA_BUNDLE says.
func newWire(from aws.HTTPClient) *wire {
	w := &wire{http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}}
	if b, ok := from.(*awshttp.BuildableClient); ok {
		w.client.Transport = b.GetTransport()
	}
	return w
}

// Do implements aws.HTTPClient.
func (w *wire) Do(r *http.Request) (*http.Response, error) {
	answer, err := w.client.Do(r)
	if err != nil {
		return nil, err
	}
	if to, err := answer.Location(); err == nil && answer.StatusCode/100 == 3 {
		answer.Body.Close()
		return nil, &redirected{to.Scheme + "://" + to.Host}
	}
	if _, err := remote.ReadAnswer(answer); err != nil {
		return nil, err
	}
	return answer, nil
}
