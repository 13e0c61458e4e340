package alert

import (
	"bytes"
	"cmp"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	netmail "net/mail"
	"net/netip"
	"net/textproto"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/wneessen/go-mail"
	"github.com/wneessen/go-mail/smtp"

	"github.com/contatore/contatore/internal/fault"
)

// Ports of e-mail that is handed in, where the URL names none (RFC 6409, RFC
// 8314).
const (
	submission    = "587"
	submissionTLS = "465"
)

// Check judges what the operator gave. The fault has no cause: the URL has a
// password in it.
func (m Mail) Check() error {
	if m.URL == "" && m.From == "" {
		return nil
	}
	if m.URL == "" {
		return fault.New(fault.Invalid, "--mail-from needs --smtp-url, the server that takes the e-mail.")
	}
	u, err := url.Parse(m.URL)
	if err != nil || u.Scheme != "smtp" && u.Scheme != "smtps" || u.Hostname() == "" || u.Path != "" && u.Path != "/" || u.RawQuery != "" || u.Fragment != "" {
		return fault.New(fault.Invalid, "--smtp-url must be a URL such as smtp://USER:PASSWORD@mail.example.com:587, or smtps://… for TLS from the start; special characters in user and password are written as in a URL, @ as %%40.")
	}
	if port, err := strconv.ParseUint(cmp.Or(u.Port(), submission), 10, 16); err != nil || port == 0 {
		return fault.New(fault.Invalid, "--smtp-url has a port that is none; write 1 to 65535.")
	}
	if password, _ := u.User.Password(); u.User != nil && (password == "" || u.User.Username() == "") {
		return fault.New(fault.Invalid, "--smtp-url must have both user and password, or neither.")
	}
	if _, err := netmail.ParseAddress(m.From); err != nil {
		return fault.New(fault.Invalid, "--mail-from must be the address of the sender, such as Contatore <meter@example.com>.")
	}
	return nil
}

// send hands a letter to the mail server, once for all addresses. Where the
// server refuses some of them, the others get it, and the answer says who does
// not. Status and answer are the server's last; 0 where it said nothing. The
// fault is UNAVAILABLE; whether another try may help, the status says.
func (m Mail) send(ctx context.Context, to []string, l *Letter) (status int, answer string, err error) {
	return m.sendBy(ctx, new(net.Dialer).DialContext, to, l)
}

// dialer opens connections, as net.Dialer does.
type dialer func(ctx context.Context, network, address string) (net.Conn, error)

func (m Mail) sendBy(ctx context.Context, dial dialer, to []string, l *Letter) (status int, answer string, err error) {
	message, err := m.message(to, l)
	if err != nil {
		return 0, "", err
	}
	answer, err = m.converse(ctx, dial, to, message)
	if err == nil {
		return accepted, answer, nil
	}
	if ctx.Err() != nil {
		err = fmt.Errorf("%w: %w", ctx.Err(), err) // the connection was closed for it
	}
	var reply *textproto.Error
	var no refusal
	switch {
	case fault.CodeOf(err) != fault.Internal:
		return 0, "", err
	case errors.As(err, &reply) && errors.As(err, &no) && reply.Code < 500:
		return reply.Code, reply.Msg, fault.Wrap(err, fault.Unavailable, "The mail server %s for now, with status %d.", no.what, reply.Code)
	case errors.As(err, &reply) && errors.As(err, &no):
		return reply.Code, reply.Msg, fault.Wrap(err, fault.Unavailable, "The mail server %s, with status %d.", no.what, reply.Code)
	default:
		return 0, "", fault.Wrap(err, fault.Unavailable, "The mail server can't be talked to. %s", unreachable(err))
	}
}

// accepted is what a server answers that takes a message.
const accepted = 250

// refusal is what the server refused to do, and its answer.
type refusal struct {
	what string
	error
}

// Unwrap returns the answer.
func (r refusal) Unwrap() error { return r.error }

// message is the letter as it goes over the wire.
func (m Mail) message(to []string, l *Letter) (*mail.Msg, error) {
	message := mail.NewMsg(mail.WithNoDefaultUserAgent())
	if err := message.From(m.From); err != nil {
		return nil, fmt.Errorf("sender: %w", err)
	}
	if err := message.To(to...); err != nil {
		return nil, fmt.Errorf("addresses: %w", err)
	}
	_, domain, _ := strings.Cut(message.GetFrom()[0].Address, "@")
	message.SetMessageIDWithValue(l.ID + "@" + domain)
	message.SetDateWithValue(l.At)
	message.Subject(l.Subject)
	message.SetGenHeader("Auto-Submitted", "auto-generated") // RFC 3834: nobody's robot shall answer
	message.SetBodyString(mail.TypeTextPlain, l.Text)
	message.AddAlternativeString(mail.TypeTextHTML, l.HTML)
	if l.Chart != nil {
		if err := message.EmbedReader("chart.png", bytes.NewReader(l.Chart)); err != nil {
			return nil, fmt.Errorf("chart: %w", err)
		}
	}
	return message, nil
}

// converse speaks with the server until it has the message. Where it can be done
// encrypted, it is; a password never goes out in the clear but to this machine.
func (m Mail) converse(ctx context.Context, dial dialer, to []string, message *mail.Msg) (answer string, err error) {
	u, err := url.Parse(m.URL)
	if err != nil {
		return "", m.Check()
	}
	host, port := u.Hostname(), submission
	if u.Scheme == "smtps" {
		port = submissionTLS
	}
	wire, err := dial(ctx, "tcp", net.JoinHostPort(host, cmp.Or(u.Port(), port)))
	if err != nil {
		return "", err
	}
	defer wire.Close()                                          //nolint:errcheck // the server has said what there is to say
	stop := context.AfterFunc(ctx, func() { _ = wire.Close() }) // whatever is waited for
	defer stop()
	// Certificates of this machine's own are rarely signed; nobody is in between.
	secure := &tls.Config{ServerName: host, MinVersion: tls.VersionTLS12, InsecureSkipVerify: isHere(host)}
	conn := wire
	if u.Scheme == "smtps" {
		conn = tls.Client(wire, secure)
	}
	client, err := smtp.NewClient(conn, host)
	if err == nil {
		err = client.Hello(nameOf(conn.LocalAddr()))
	}
	if err != nil {
		return "", refusal{"turned the connection away", err}
	}
	if ok, _ := client.Extension("STARTTLS"); ok && u.Scheme == "smtp" {
		if err := client.StartTLS(secure); err != nil {
			return "", refusal{"refused to encrypt", err}
		}
	}
	if u.User != nil {
		if err := logIn(client, u); err != nil {
			return "", err
		}
	}
	if err := client.Mail("<" + message.GetFrom()[0].Address + ">"); err != nil {
		return "", refusal{"refused the sender of --mail-from", err}
	}
	var refused []string
	for _, address := range to {
		if err = client.Rcpt("<" + address + ">"); err != nil {
			var reply *textproto.Error
			if !errors.As(err, &reply) {
				return "", err
			}
			refused = append(refused, fmt.Sprintf("%s: %d %s", address, reply.Code, reply.Msg))
			err = refusal{"refused " + address, err}
		}
	}
	if len(refused) == len(to) {
		return "", err
	}
	body, err := client.Data()
	if err != nil {
		return "", refusal{"refused the message", err}
	}
	if _, err := message.WriteTo(body); err != nil {
		return "", err
	}
	if err := body.Close(); err != nil {
		return "", refusal{"refused the message", err}
	}
	if data, ok := body.(*smtp.DataCloser); ok {
		answer = data.ServerResponse()
	}
	_, _ = client.Text.Cmd("QUIT") // its answer changes nothing
	return strings.Join(append([]string{answer}, refused...), "\n"), nil
}

// logIn gives the server user and password in a way that it takes.
func logIn(client *smtp.Client, u *url.URL) error {
	host, user := u.Hostname(), u.User.Username()
	password, _ := u.User.Password()
	if _, encrypted := client.TLSConnectionState(); !encrypted && !isHere(host) {
		return fault.New(fault.Unavailable, "The mail server does not encrypt, so it was not sent the password; write smtps:// in --smtp-url if it wants TLS from the start.")
	}
	_, offered := client.Extension("AUTH")
	ways := strings.Fields(offered)
	var auth smtp.Auth
	switch {
	case slices.Contains(ways, "PLAIN"):
		auth = smtp.PlainAuth("", user, password, host, true)
	case slices.Contains(ways, "LOGIN"):
		auth = smtp.LoginAuth(user, password, host, true)
	case slices.Contains(ways, "CRAM-MD5"):
		auth = smtp.CRAMMD5Auth(user, password)
	default:
		return fault.New(fault.Unavailable, "The mail server takes no user and password; leave them out of --smtp-url.")
	}
	if err := client.Auth(auth); err != nil {
		return refusal{"refused the user or password of --smtp-url", err}
	}
	return nil
}

// isHere reports that a host is this machine.
func isHere(host string) bool {
	ip, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && ip.IsLoopback()
}

// nameOf is this side's name for a greeting, which is its address: a server may
// ask for a full name, and this machine's need not be one (RFC 5321, 4.1.3).
func nameOf(here net.Addr) string {
	address, err := netip.ParseAddrPort(here.String())
	switch {
	case err != nil:
		return "localhost"
	case address.Addr().Unmap().Is4():
		return "[" + address.Addr().Unmap().String() + "]"
	default:
		return "[IPv6:" + address.Addr().WithZone("").String() + "]"
	}
}
