package alert

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"syscall"
	"time"
	"unicode/utf8"

	"code.dny.dev/ssrf"
	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"

	"github.com/contatore/contatore/internal/fault"
)

// door is the way out to URLs that people name.
type door struct {
	guard  *ssrf.Guardian
	client *http.Client
}

// newDoor opens to public addresses and to those that are allowed.
func newDoor(allowed []netip.Prefix) door {
	var v4, v6 []netip.Prefix
	for _, prefix := range allowed {
		if prefix.Addr().Is4() {
			v4 = append(v4, prefix)
		} else {
			v6 = append(v6, prefix)
		}
	}
	guard := ssrf.New(ssrf.WithAnyPort(), ssrf.WithAllowedV4Prefixes(v4...), ssrf.WithAllowedV6Prefixes(v6...))
	dialer := &net.Dialer{Control: func(network, address string, conn syscall.RawConn) error {
		// After the name was resolved: whatever it says by then.
		if err := guard.Safe(network, address, conn); err != nil {
			return closedError(address)
		}
		return nil
	}}
	return door{guard, &http.Client{
		Transport: &http.Transport{
			DialContext:            dialer.DialContext,
			TLSClientConfig:        &tls.Config{MinVersion: tls.VersionTLS12},
			DisableKeepAlives:      true, // alerts to one receiver are rare
			DisableCompression:     true,
			MaxResponseHeaderBytes: 16 << 10,
		},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
}

func (d door) close() { d.client.CloseIdleConnections() }

// closedError is an address, with or without a port, that is kept closed.
type closedError string

func (e closedError) Error() string {
	host, _, err := net.SplitHostPort(string(e))
	if err != nil {
		host = string(e)
	}
	return fmt.Sprintf("It leads to %s, an address inside a private network; the operator can allow it with --webhook-allow.", host)
}

// admitsHost refuses a host that is an address kept closed, or a name of this
// machine. What other names lead to shows when they are dialled.
func (d door) admitsHost(host string) error {
	if strings.EqualFold(strings.TrimSuffix(host, "."), "localhost") {
		host = "127.0.0.1"
	}
	if ip, err := netip.ParseAddr(host); err == nil && d.guard.SafeAddr(ip.Unmap()) != nil {
		return closedError(host)
	}
	return nil
}

// outcome is how an attempt went.
type outcome struct {
	// status is what HTTP or SMTP answered; 0: nothing.
	status int
	answer string
	// failure is a sentence; empty: it arrived.
	failure string
	// gone: nobody wants to be told there any more.
	gone bool
	// wait is what the receiver asks for before the next attempt; 0: nothing.
	wait time.Duration
}

// maxAnswer is how much of an answer is read and kept, in bytes.
const maxAnswer = 1 << 10

// post sends a body to a URL once.
func (d door) post(ctx context.Context, url string, header http.Header, body []byte) outcome {
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, url, bytes.NewReader(body))
	if err != nil {
		return outcome{failure: "The URL can't be used."}
	}
	request.Header = header
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("User-Agent", "Contatore/1")
	response, err := d.client.Do(request)
	if err != nil {
		return outcome{failure: unreachable(err)}
	}
	defer response.Body.Close()
	text, _ := io.ReadAll(io.LimitReader(response.Body, maxAnswer)) // what came so far is worth keeping
	o := outcome{status: response.StatusCode, answer: printable(text)}
	switch {
	case o.status >= 200 && o.status < 300:
	case o.status >= 300 && o.status < 400:
		o.failure = fmt.Sprintf("It answered with status %d, a redirect, which is not followed.", o.status)
	case o.status == http.StatusGone:
		o.failure, o.gone = "It answered with status 410: nobody wants to be told there any more.", true
	default:
		o.failure = fmt.Sprintf("It answered with status %d.", o.status)
	}
	if seconds, err := time.ParseDuration(response.Header.Get("Retry-After") + "s"); err == nil && seconds > 0 {
		o.wait = min(seconds, 24*time.Hour)
	}
	return o
}

// printable is text that can be kept: valid, without NUL, of at most maxAnswer
// bytes.
func printable(text []byte) string {
	s := strings.ReplaceAll(strings.ToValidUTF8(string(text), "�"), "\x00", "�")
	for len(s) > maxAnswer {
		_, size := utf8.DecodeLastRuneInString(s)
		s = s[:len(s)-size]
	}
	return s
}

// unreachable says why there was no answer.
func unreachable(err error) string {
	var closed closedError
	var unknown *net.DNSError
	var certificate *tls.CertificateVerificationError
	var hostname x509.HostnameError
	var record tls.RecordHeaderError
	var alert tls.AlertError
	switch {
	case errors.As(err, &closed):
		return closed.Error()
	case errors.Is(err, context.DeadlineExceeded):
		return "It did not answer in time."
	case errors.As(err, &unknown):
		return "There is no host of that name."
	case errors.As(err, &certificate), errors.As(err, &hostname):
		return "Its TLS certificate is not valid."
	case errors.As(err, &record), errors.As(err, &alert):
		return "It does not speak TLS as it should."
	case errors.Is(err, syscall.ECONNREFUSED):
		return "It refuses connections."
	default:
		return "The connection failed."
	}
}

// body is a webhook's, as Standard Webhooks suggests.
type body struct {
	Type      string         `json:"type"`
	Timestamp string         `json:"timestamp"`
	Data      map[string]any `json:"data"`
}

// payload is what a webhook is sent of an alert.
func payload(a *Alert, w workspaceFacts) ([]byte, error) {
	data := map[string]any{}
	decoder := json.NewDecoder(strings.NewReader(a.Facts))
	decoder.UseNumber() // amounts stay exact
	if err := decoder.Decode(&data); err != nil {
		return nil, fmt.Errorf("facts of alert %s: %w", a.ID, err)
	}
	data["alertId"], data["workspaceId"], data["workspaceName"], data["timeZone"] = a.ID, a.WorkspaceID, w.Name, w.TimeZone
	data["clientId"] = a.ClientID
	text, err := json.Marshal(body{a.Event, a.CreatedAt.String(), data})
	if err != nil {
		return nil, fmt.Errorf("payload: %w", err)
	}
	return text, nil
}

// sendWebhook sends an alert signed.
func (d *Desk) sendWebhook(ctx context.Context, c *Channel, a *Alert, w workspaceFacts) (outcome, error) {
	text, err := payload(a, w)
	if err != nil {
		return outcome{}, err
	}
	now := d.now()
	signature, err := c.signatures(a.ID, now, text)
	if err != nil {
		return outcome{}, err
	}
	return d.door.post(ctx, c.Target, http.Header{
		standardwebhooks.HeaderWebhookID:        {a.ID},
		standardwebhooks.HeaderWebhookTimestamp: {fmt.Sprint(now.Unix())},
		standardwebhooks.HeaderWebhookSignature: {signature},
	}, text), nil
}

// sendSlack sends an alert's words, as Slack and those compatible with it take
// them (https://docs.slack.dev/messaging/formatting-message-text).
func (d *Desk) sendSlack(ctx context.Context, c *Channel, a *Alert, f *Facts, w workspaceFacts) (outcome, error) {
	title, words := Words(a.Event, f, w.Name, text(a.ClientID), w.Language)
	escape := strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;")
	message := "*" + escape.Replace(title) + "*\n" + escape.Replace(words)
	if d.baseURL != "" {
		message += "\n" + d.baseURL
	}
	encoded, err := json.Marshal(map[string]string{"text": message})
	if err != nil {
		return outcome{}, fmt.Errorf("message: %w", err)
	}
	return d.door.post(ctx, c.Target, http.Header{}, encoded), nil
}

// sendMail sends an alert as a letter.
func (d *Desk) sendMail(ctx context.Context, c *Channel, a *Alert, f *Facts, w workspaceFacts) (outcome, error) {
	letter, err := compose(a, f, w.Workspace, w.Language, d.baseURL)
	if err != nil {
		return outcome{}, err
	}
	status, answer, err := d.mail.send(ctx, c.addresses(), letter)
	o := outcome{status: status, answer: printable([]byte(answer))}
	var f2 *fault.Error
	switch {
	case errors.As(err, &f2):
		o.failure = f2.Message
	case err != nil:
		o.failure = "The e-mail can't be sent."
	}
	return o, nil
}

func text(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}
