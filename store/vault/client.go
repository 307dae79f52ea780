package vault

import (
	"context"
	"crypto/tls"
	"encoding/json"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/hashicorp/vault/api"
	"golang.org/x/net/http/httpproxy"

	"github.com/xec-sh/xec-go/store/remote"
	"github.com/xec-sh/xec-go/store/secret"
)

// newClient makes the official client, without its own retries and time-outs. It takes
// nothing from the process but VAULT_HEADERS.
func newClient(o options, outside Outside) (*api.Client, error) {
	transport, err := newTransport(o, outside)
	if err != nil {
		return nil, err
	}
	config := &api.Config{
		Address:          o.Address,
		HttpClient:       &http.Client{Transport: transport},
		CheckRetry:       func(_ context.Context, _ *http.Response, err error) (bool, error) { return false, err },
		DisableRedirects: true,
	}
	if err := configureTLS(config, outside); err != nil {
		return nil, err
	}
	config.HttpClient.Transport = wire{transport}
	client, err := api.NewClient(config)
	if err != nil {
		return nil, secret.Errorf(secret.Invalid, "the client of Vault: %w", err)
	}
	client.ClearToken()
	client.ClearNamespace()
	if o.Namespace != "" {
		client.SetNamespace(o.Namespace)
	}
	client.SetWrappingLookupFunc(func(string, string) string { return "" })
	return client, nil
}

// newTransport keeps as many connections as there are requests under way, and makes no more:
// without the limit it dials once more while it waits for one to be free.
func newTransport(o options, outside Outside) (*http.Transport, error) {
	proxy, err := outside.proxy()
	if err != nil {
		return nil, err
	}
	return &http.Transport{
		Proxy:                 proxy,
		DialContext:           (&net.Dialer{Timeout: remote.DialTime, KeepAlive: 30 * time.Second}).DialContext,
		TLSClientConfig:       &tls.Config{MinVersion: tls.VersionTLS12},
		TLSHandshakeTimeout:   remote.DialTime,
		ForceAttemptHTTP2:     true,
		MaxConnsPerHost:       o.Parallel,
		MaxIdleConnsPerHost:   o.Parallel,
		IdleConnTimeout:       90 * time.Second,
		ExpectContinueTimeout: time.Second,
	}, nil
}

func configureTLS(config *api.Config, outside Outside) error {
	insecure := false
	if text := outside.env("SKIP_VERIFY"); text != "" {
		var err error
		if insecure, err = strconv.ParseBool(text); err != nil {
			return secret.Errorf(secret.Invalid, "VAULT_SKIP_VERIFY: neither true nor false")
		}
	}
	err := config.ConfigureTLS(&api.TLSConfig{
		CACert:        outside.env("CACERT"),
		CACertBytes:   []byte(outside.env("CACERT_BYTES")),
		CAPath:        outside.env("CAPATH"),
		ClientCert:    outside.env("CLIENT_CERT"),
		ClientKey:     outside.env("CLIENT_KEY"),
		TLSServerName: outside.env("TLS_SERVER_NAME"),
		Insecure:      insecure,
	})
	if err != nil {
		return secret.Errorf(secret.Invalid, "the certificates that VAULT_CACERT, VAULT_CAPATH, VAULT_CLIENT_CERT or VAULT_CLIENT_KEY name: %w", err)
	}
	return nil
}

// proxy is the proxy of Vault's own variables, else that of the usual ones.
func (o Outside) proxy() (func(*http.Request) (*url.URL, error), error) {
	for _, name := range []string{"PROXY_ADDR", "HTTP_PROXY"} {
		text := o.env(name)
		if text == "" {
			continue
		}
		u, err := url.Parse(text)
		if err != nil || u.Host == "" {
			return nil, secret.Errorf(secret.Invalid, "VAULT_%s: not the address of a proxy", name)
		}
		return http.ProxyURL(u), nil
	}
	either := func(name string) string {
		if o.Getenv == nil {
			return ""
		}
		if text := o.Getenv(name); text != "" {
			return text
		}
		return o.Getenv(strings.ToLower(name))
	}
	usual := httpproxy.Config{HTTPProxy: either("HTTP_PROXY"), HTTPSProxy: either("HTTPS_PROXY"), NoProxy: either("NO_PROXY")}
	find := usual.ProxyFunc()
	return func(r *http.Request) (*url.URL, error) { return find(r.URL) }, nil
}

// wire is the transport below the client. It reads every answer to its end and makes an
// error of all that are not good, so that the client neither reads without bound, nor
// follows redirects with the token, nor puts an answer into an error.
type wire struct{ below http.RoundTripper }

// RoundTrip implements http.RoundTripper.
func (w wire) RoundTrip(r *http.Request) (*http.Response, error) {
	answer, err := w.below.RoundTrip(r)
	if err != nil {
		return nil, err
	}
	body, err := remote.ReadAnswer(answer)
	if err == nil {
		err = refused(answer, body)
	}
	if err != nil {
		return nil, err
	}
	return answer, nil
}

// refused is the error that an answer is, if it is one. A 404 without a message says
// that there is nothing, which is an answer.
func refused(answer *http.Response, body []byte) error {
	var said struct {
		Errors []string `json:"errors"`
	}
	isJSON := json.Unmarshal(body, &said) == nil
	good := answer.StatusCode/100 == 2 || answer.StatusCode == 404 && len(said.Errors) == 0
	switch {
	case good && (isJSON || answer.StatusCode == 204):
		return nil
	case good:
		return errNotVault
	case answer.StatusCode == 400 && strings.HasPrefix(string(body), "Client sent an HTTP request to an HTTPS server"):
		return errWantsTLS
	}
	r := &refusal{status: answer.StatusCode, errors: said.Errors}
	if seconds, err := strconv.Atoi(answer.Header.Get("Retry-After")); err == nil && seconds > 0 {
		r.after = time.Duration(seconds) * time.Second
	}
	if to, err := answer.Location(); err == nil {
		r.to = to.Scheme + "://" + to.Host
	}
	return r
}
