package server

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/netip"
	"net/url"
	"strings"
	"syscall"
	"time"

	"github.com/contatore/contatore/internal/alert"
	"github.com/contatore/contatore/internal/fault"
)

// Config is what an operator decides. The zero value listens on a free port
// and can't open a database.
type Config struct {
	// Addr is HOST:PORT; without a host it listens on every interface, with
	// port 0 on a free one.
	Addr string
	// DatabaseURL is sqlite://PATH or postgres://….
	DatabaseURL string
	// AdminKey is a secret with role ADMIN that needs no row; empty: none.
	AdminKey string
	// CORSOrigins are the pages of other origins that may call, each as
	// scheme://host[:port]; empty: none.
	CORSOrigins []string
	// NoMigrate leaves the schema as it is; until it is the program's, /readyz
	// answers 503.
	NoMigrate bool
	// Demo fills an empty database with the sample data and prints links.
	Demo bool
	// SMTPURL is how alerts leave as e-mail, smtp:// or smtps://, and MailFrom
	// the address of their sender; both empty: they don't.
	SMTPURL, MailFrom string
	// WebhookAllow are addresses, or ranges of them such as 10.1.0.0/16, that
	// webhooks may reach although they are private; empty: none.
	WebhookAllow []string
	// PublicURL is where people find the dashboard, for the links in alerts;
	// empty: no links.
	PublicURL string
	// AlertPatience is how long a receiver of alerts may take to answer; 0: as
	// long as package alert says.
	AlertPatience time.Duration
}

// minAdminKey is the shortest admin key, in characters.
const minAdminKey = 16

// Validate refuses what can be told to be wrong before anything is opened. The
// error is a *fault.Error that names the option.
func (c Config) Validate() error {
	if c.AdminKey != "" && len([]rune(c.AdminKey)) < minAdminKey {
		return fault.New(fault.Invalid, "The admin key has fewer than %d characters; take a longer one, such as 32 random ones.", minAdminKey)
	}
	for _, origin := range c.CORSOrigins {
		u, err := url.Parse(origin)
		// To rs/cors an asterisk means whatever stands in its place.
		if err != nil || u.Hostname() == "" || (u.Scheme != "http" && u.Scheme != "https") || u.Scheme+"://"+u.Host != origin || strings.HasSuffix(u.Host, ":") || strings.Contains(origin, "*") {
			return fault.New(fault.Invalid, "The CORS origin %q is not of the form https://host or https://host:port.", origin)
		}
	}
	if _, err := c.allowed(); err != nil {
		return err
	}
	if u, err := url.Parse(c.PublicURL); c.PublicURL != "" && (err != nil || u.Hostname() == "" || (u.Scheme != "http" && u.Scheme != "https") || u.User != nil || u.RawQuery != "" || u.Fragment != "") {
		return fault.New(fault.Invalid, "The public URL %q (--public-url) is not of the form https://host or https://host/path.", c.PublicURL)
	}
	if c.AlertPatience < 0 {
		return fault.New(fault.Invalid, "The patience with receivers of alerts (--alert-patience) is below 0.")
	}
	return c.mail().Check() //nolint:wrapcheck // a fault that names the option
}

// mail is how alerts leave as e-mail.
func (c Config) mail() alert.Mail { return alert.Mail{URL: c.SMTPURL, From: c.MailFrom} }

// allowed are WebhookAllow as ranges.
func (c Config) allowed() ([]netip.Prefix, error) {
	ranges := make([]netip.Prefix, len(c.WebhookAllow))
	for i, text := range c.WebhookAllow {
		var err error
		if ranges[i], err = netip.ParsePrefix(text); err != nil {
			var address netip.Addr
			if address, err = netip.ParseAddr(text); err == nil {
				ranges[i], err = address.Prefix(address.BitLen())
			}
		}
		if err != nil {
			return nil, fault.Wrap(err, fault.Invalid, "%q (--webhook-allow) is neither an address such as 10.1.2.3 nor a range such as 10.1.0.0/16 or fd00::/8.", text)
		}
	}
	return ranges, nil
}

// Host is what the machine lends the server.
type Host struct {
	// Log gets the access log and the causes of failures.
	Log *slog.Logger
	// Out gets what a person waits for: the address, a first key, links.
	Out io.Writer
	// Now is the clock, Random the source of keys and request ids.
	Now    func() time.Time
	Random io.Reader
	// Progress is told how far the sample data is; nil: nobody is.
	Progress func(done, total int)
}

// listen opens the port. The error is a fault that says what to do.
func listen(ctx context.Context, addr string) (net.Listener, error) {
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", addr)
	switch {
	case err == nil:
		return listener, nil
	case errors.Is(err, syscall.EADDRINUSE):
		return nil, fault.Wrap(err, fault.Conflict, "Another program listens on %s: stop it, or choose another port with --addr :3002.", addr)
	case errors.Is(err, syscall.EACCES):
		return nil, fault.Wrap(err, fault.Forbidden, "This user may not listen on %s: choose a port above 1023 with --addr :3001.", addr)
	default:
		return nil, fault.Wrap(err, fault.Invalid, "The address %q can't be listened on: write HOST:PORT or :PORT, such as --addr 127.0.0.1:3001.", addr)
	}
}

// address is the URL under which a browser on this machine finds a listener
// that was asked for as HOST:PORT.
func address(asked string, listener net.Listener) string {
	host, _, err := net.SplitHostPort(asked)
	_, port, err2 := net.SplitHostPort(listener.Addr().String())
	if err != nil || err2 != nil {
		return "http://" + listener.Addr().String()
	}
	if ip := net.ParseIP(host); host == "" || ip != nil && ip.IsUnspecified() {
		host = "localhost"
	}
	return fmt.Sprintf("http://%s", net.JoinHostPort(host, port))
}
