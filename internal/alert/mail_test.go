package alert_test

import (
	"bytes"
	"context"
	"crypto/tls"
	"encoding/base64"
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net"
	"net/http"
	"net/http/httptest"
	"net/mail"
	"net/textproto"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/contatore/contatore/internal/alert"
	"github.com/contatore/contatore/internal/fault"
)

// post is an SMTP server that does as it is told; its certificate is one that
// nobody trusts, of example.com and 127.0.0.1.
type post struct {
	// says are its answers, by what they are to: "RCPT ada@example.com", "DATA", or
	// the command alone; "greeting" and "message" too. Absent: as it should be. "":
	// none at all.
	says map[string]string
	// offers are its extensions; implicit is TLS from the start.
	offers   []string
	implicit bool

	address string
	got     chan envelope
	config  *tls.Config
	stop    chan struct{}
}

// envelope is a message as it came.
type envelope struct {
	from, login string
	to          []string
	encrypted   bool
	message     []byte
}

// serve starts the server, until the test's end.
func (p *post) serve(t *testing.T) *post {
	t.Helper()
	listener, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	web := httptest.NewTLSServer(http.NotFoundHandler())
	p.config = &tls.Config{Certificates: web.TLS.Certificates}
	web.Close()
	p.address, p.got, p.stop = listener.Addr().String(), make(chan envelope, 10), make(chan struct{})
	var running sync.WaitGroup
	running.Go(func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			running.Go(func() {
				defer conn.Close()
				p.talk(conn)
			})
		}
	})
	t.Cleanup(func() {
		close(p.stop)
		listener.Close()
		running.Wait()
	})
	return p
}

// talk answers one client until it leaves.
func (p *post) talk(conn net.Conn) {
	e := envelope{}
	if p.implicit {
		conn, e.encrypted = tls.Server(conn, p.config), true
	}
	text := textproto.NewConn(conn)
	say := func(to, usual string) bool {
		answer, told := p.says[to]
		if !told {
			answer = usual
		}
		if answer == "" {
			<-p.stop
			return false
		}
		return text.PrintfLine("%s", answer) == nil && strings.HasPrefix(answer, usual[:1])
	}
	say("greeting", "220 mail.example.com ESMTP")
	for {
		line, err := text.ReadLine()
		if err != nil {
			return
		}
		verb, rest, _ := strings.Cut(line, " ")
		address := strings.Trim(rest[strings.Index(rest, ":")+1:], "<>")
		switch verb {
		case "EHLO":
			answer := "250-hello " + rest
			for _, extension := range p.offers {
				if extension != "STARTTLS" || !e.encrypted {
					answer += "\r\n250-" + extension
				}
			}
			say("EHLO", answer+"\r\n250 SIZE 10000000")
		case "STARTTLS":
			if say("STARTTLS", "220 go ahead") {
				conn, e.encrypted = tls.Server(conn, p.config), true
				text = textproto.NewConn(conn)
			}
		case "AUTH":
			e.login = rest
			if rest == "LOGIN" {
				for range 2 {
					if text.PrintfLine("334 VXNlcm5hbWU6") != nil {
						return
					}
					line, _ := text.ReadLine()
					e.login += " " + line
				}
			}
			say("AUTH", "235 welcome")
		case "MAIL":
			if say("MAIL", "250 ok") {
				e.from, e.to = address, nil
			}
		case "RCPT":
			if say("RCPT "+address, "250 ok") {
				e.to = append(e.to, address)
			}
		case "DATA":
			if !say("DATA", "354 go on") {
				continue
			}
			if e.message, err = io.ReadAll(text.DotReader()); err != nil {
				return
			}
			if say("message", "250 2.0.0 queued as 42") {
				p.got <- e
			}
		case "QUIT":
			say("QUIT", "221 bye")
			return
		default:
			say(verb, "502 what is "+verb)
		}
	}
}

// next is the envelope that came.
func (p *post) next(t *testing.T) envelope {
	t.Helper()
	select {
	case e := <-p.got:
		return e
	case <-time.After(soon):
		t.Fatal("no e-mail came")
		return envelope{}
	}
}

func mailOf(p *post, scheme, user string) alert.Mail {
	return alert.Mail{URL: scheme + "://" + user + p.address, From: "Contatore <meter@example.com>"}
}

// read takes a message apart: its parts by their types, and their headers.
func read(t *testing.T, header textproto.MIMEHeader, body io.Reader, parts map[string]string, headers map[string]textproto.MIMEHeader) {
	t.Helper()
	kind, with, err := mime.ParseMediaType(header.Get("Content-Type"))
	if err != nil {
		t.Fatal(err)
	}
	headers[kind] = header
	if strings.HasPrefix(kind, "multipart/") {
		inside := multipart.NewReader(body, with["boundary"])
		for {
			part, err := inside.NextRawPart()
			if errors.Is(err, io.EOF) {
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			parts[kind] += part.Header.Get("Content-Type") + "\n"
			read(t, part.Header, part, parts, headers)
		}
	}
	switch header.Get("Content-Transfer-Encoding") {
	case "quoted-printable":
		body = quotedprintable.NewReader(body)
	case "base64":
		body = base64.NewDecoder(base64.StdEncoding, body)
	}
	text, err := io.ReadAll(body)
	if err != nil {
		t.Fatal(err)
	}
	if parts[kind] = string(text); strings.HasPrefix(kind, "text/") {
		parts[kind] = strings.ReplaceAll(parts[kind], "\r\n", "\n")
	}
}

// A letter arrives whole: both texts, the chart that the HTML shows, and headers
// that say who writes to whom, and that nobody's robot shall answer.
func TestMail(t *testing.T) {
	t.Parallel()
	p := (&post{}).serve(t)
	letter := compose(t, alert.WeeklyReport, "", sample(alert.WeeklyReport), "it", base)
	to := []string{"ada@example.com", "bruno@example.org"}
	status, answer, err := mailOf(p, "smtp", "").SendBy(t.Context(), new(net.Dialer).DialContext, to, letter)
	if err != nil || status != 250 || answer != "2.0.0 queued as 42" {
		t.Fatalf("%d %q %v", status, answer, err)
	}
	e := p.next(t)
	if e.from != "meter@example.com" || !slices.Equal(e.to, to) || e.encrypted || e.login != "" {
		t.Errorf("from %s to %v", e.from, e.to)
	}
	m, err := mail.ReadMessage(bytes.NewReader(e.message))
	if err != nil {
		t.Fatal(err)
	}
	subject, err := new(mime.WordDecoder).DecodeHeader(m.Header.Get("Subject"))
	if err != nil || subject != letter.Subject {
		t.Errorf("subject %q %v", subject, err)
	}
	for name, want := range map[string]string{
		"From": `"Contatore" <meter@example.com>`, "Message-Id": "<0191@example.com>", "Date": "Fri, 27 Nov 2026 13:30:00 +0000",
		"Auto-Submitted": "auto-generated", "Mime-Version": "1.0", "User-Agent": "", "X-Mailer": "", "Bcc": "",
	} {
		if got := m.Header.Get(name); got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
	if list, err := m.Header.AddressList("To"); err != nil || len(list) != 2 || list[0].Address != to[0] || list[1].Address != to[1] {
		t.Errorf("to %v %v", list, err)
	}
	parts, headers := map[string]string{}, map[string]textproto.MIMEHeader{}
	read(t, textproto.MIMEHeader(m.Header), m.Body, parts, headers)
	if parts["text/plain"] != letter.Text || parts["text/html"] != letter.HTML || parts["image/png"] != string(letter.Chart) {
		t.Errorf("the parts differ: %q", parts)
	}
	if kinds := parts["multipart/alternative"]; !strings.HasPrefix(kinds, "text/plain") || !strings.Contains(kinds, "\ntext/html") {
		t.Errorf("alternatives are %q", kinds)
	}
	if image := headers["image/png"]; image.Get("Content-Id") != "<chart.png>" || !strings.HasPrefix(image.Get("Content-Disposition"), "inline") {
		t.Errorf("the chart is %v", image)
	}
}

// What can be encrypted is, and a password goes to nobody else.
func TestMailIsEncrypted(t *testing.T) {
	t.Parallel()
	plain := base64.StdEncoding.EncodeToString([]byte("\x00me\x00hush"))
	login := "LOGIN " + base64.StdEncoding.EncodeToString([]byte("me")) + " " + base64.StdEncoding.EncodeToString([]byte("hush"))
	for name, c := range map[string]struct {
		post         *post
		scheme, user string
		elsewhere    bool // not on this machine
		encrypted    bool
		login        string
		failure      string // "": it arrives
	}{
		"where it is offered":       {post: &post{offers: []string{"STARTTLS", "8BITMIME"}}, scheme: "smtp", encrypted: true},
		"from the start":            {post: &post{implicit: true}, scheme: "smtps", encrypted: true},
		"with a password":           {post: &post{offers: []string{"STARTTLS", "AUTH PLAIN LOGIN"}}, scheme: "smtp", user: "me:hush@", encrypted: true, login: "PLAIN " + plain},
		"in Microsoft's way":        {post: &post{offers: []string{"AUTH LOGIN XOAUTH2"}, implicit: true}, scheme: "smtps", user: "me:hush@", encrypted: true, login: login},
		"not within a machine":      {post: &post{offers: []string{"AUTH PLAIN"}}, scheme: "smtp", user: "me:hush@", login: "PLAIN " + plain},
		"not, and without one":      {post: &post{}, scheme: "smtp", elsewhere: true},
		"not, so without a letter":  {post: &post{offers: []string{"AUTH PLAIN"}}, scheme: "smtp", user: "me:hush@", elsewhere: true, failure: "does not encrypt"},
		"with whom it says it is":   {post: &post{offers: []string{"STARTTLS"}}, scheme: "smtp", elsewhere: true, failure: "certificate is not valid"},
		"and from the start, too":   {post: &post{implicit: true}, scheme: "smtps", elsewhere: true, failure: "certificate is not valid"},
		"by who can":                {post: &post{}, scheme: "smtps", failure: "does not speak TLS"},
		"in a way that is known":    {post: &post{offers: []string{"AUTH GSSAPI"}}, scheme: "smtp", user: "me:hush@", failure: "takes no user and password"},
		"with a password it knows":  {post: &post{offers: []string{"AUTH PLAIN"}, says: map[string]string{"AUTH": "535 5.7.8 who are you"}}, scheme: "smtp", user: "me:hush@", failure: "refused the user or password of --smtp-url, with status 535"},
		"when it feels like it":     {post: &post{offers: []string{"STARTTLS"}, says: map[string]string{"STARTTLS": "454 no entropy"}}, scheme: "smtp", failure: "refused to encrypt for now, with status 454"},
		"with special characters":   {post: &post{offers: []string{"AUTH PLAIN"}}, scheme: "smtp", user: "me%40example.com:%3A%2F@", login: "PLAIN " + base64.StdEncoding.EncodeToString([]byte("\x00me@example.com\x00:/"))},
		"with nobody's permission":  {post: &post{says: map[string]string{"greeting": "554 no service"}}, scheme: "smtp", failure: "turned the connection away, with status 554"},
		"with nobody's recognition": {post: &post{says: map[string]string{"EHLO": "421 busy"}}, scheme: "smtp", failure: "turned the connection away"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c.post.serve(t)
			m, dial := mailOf(c.post, c.scheme, c.user), new(net.Dialer).DialContext
			if c.elsewhere {
				m.URL = c.scheme + "://" + c.user + "mail.example.net:25"
				dial = func(ctx context.Context, network, address string) (net.Conn, error) {
					if address != "mail.example.net:25" {
						t.Errorf("dialled %s", address)
					}
					return new(net.Dialer).DialContext(ctx, network, c.post.address)
				}
			}
			status, _, err := m.SendBy(t.Context(), dial, []string{"ada@example.com"}, &alert.Letter{ID: "1"})
			if c.failure != "" {
				wantFault(t, err, fault.Unavailable, "", c.failure)
				if strings.Contains(err.Error(), "hush") {
					t.Errorf("the password is told: %v", err)
				}
				return
			}
			if err != nil || status != 250 {
				t.Fatalf("%d %v", status, err)
			}
			if e := c.post.next(t); e.encrypted != c.encrypted || e.login != c.login {
				t.Errorf("encrypted %v, login %q", e.encrypted, e.login)
			}
		})
	}
}

// What a server refuses is told as it says it; what some are refused, the others
// get.
func TestMailIsRefused(t *testing.T) {
	t.Parallel()
	ada, bruno := "ada@example.com", "bruno@example.com"
	for name, c := range map[string]struct {
		says    map[string]string
		to      []string
		status  int
		answer  string
		failure string   // "": it arrives
		arrives []string // at whom
	}{
		"one of two":       {map[string]string{"RCPT " + ada: "550 5.1.1 gone"}, []string{ada, bruno}, 250, "2.0.0 queued as 42\nada@example.com: 550 5.1.1 gone", "", []string{bruno}},
		"everybody":        {map[string]string{"RCPT " + ada: "550 5.1.1 gone"}, []string{ada}, 550, "5.1.1 gone", "refused ada@example.com, with status 550.", nil},
		"somebody for now": {map[string]string{"RCPT " + ada: "450 4.2.0 greylisted"}, []string{ada}, 450, "4.2.0 greylisted", "refused ada@example.com for now, with status 450.", nil},
		"the sender":       {map[string]string{"MAIL": "553 not you"}, []string{ada}, 553, "not you", "refused the sender of --mail-from, with status 553.", nil},
		"any message":      {map[string]string{"DATA": "451 disk full"}, []string{ada}, 451, "disk full", "refused the message for now, with status 451.", nil},
		"the message":      {map[string]string{"message": "554-looks\r\n554 like spam"}, []string{ada}, 554, "looks\nlike spam", "refused the message, with status 554.", nil},
		"in no SMTP":       {map[string]string{"greeting": "HTTP/1.1 400 Bad Request"}, []string{ada}, 0, "", "The connection failed.", nil},
		"by a late word":   {map[string]string{"QUIT": ""}, []string{ada}, 250, "2.0.0 queued as 42", "", []string{ada}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := (&post{says: c.says}).serve(t)
			status, answer, err := mailOf(p, "smtp", "").SendBy(t.Context(), new(net.Dialer).DialContext, c.to, &alert.Letter{ID: "1"})
			if status != c.status || answer != c.answer {
				t.Errorf("%d %q, want %d %q", status, answer, c.status, c.answer)
			}
			if c.failure != "" {
				wantFault(t, err, fault.Unavailable, "", c.failure)
				return
			}
			if e := p.next(t); err != nil || !slices.Equal(e.to, c.arrives) {
				t.Errorf("it arrives at %v, %v", e.to, err)
			}
		})
	}
}

// A server that is not there, or hangs wherever it can, costs no more than the
// time that it is given.
func TestMailServerThatHangs(t *testing.T) {
	t.Parallel()
	letter, to := &alert.Letter{ID: "1", Text: strings.Repeat("x", 1<<20)}, []string{"ada@example.com"}
	for _, at := range []string{"smtp greeting", "smtps greeting", "smtp EHLO", "smtps EHLO", "smtp MAIL", "smtp RCPT ada@example.com", "smtp DATA", "smtp message"} {
		scheme, at, _ := strings.Cut(at, " ")
		p := (&post{says: map[string]string{at: ""}, implicit: scheme == "smtps" && at != "greeting"}).serve(t)
		ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
		_, _, err := mailOf(p, scheme, "").SendBy(ctx, new(net.Dialer).DialContext, to, letter)
		cancel()
		wantFault(t, err, fault.Unavailable, "", "It did not answer in time.")
	}
	_, _, err := alert.Mail{URL: "smtp://" + closed(t), From: "a@example.com"}.SendBy(t.Context(), new(net.Dialer).DialContext, to, letter)
	wantFault(t, err, fault.Unavailable, "", "It refuses connections.")
	nobody := func(context.Context, string, string) (net.Conn, error) { return nil, &net.DNSError{IsNotFound: true} }
	_, _, err = alert.Mail{URL: "smtp://nobody.example.com", From: "a@example.com"}.SendBy(t.Context(), nobody, to, letter)
	wantFault(t, err, fault.Unavailable, "", "There is no host of that name.")
}

// The operator is told which option is wrong, without the password.
func TestMailOptions(t *testing.T) {
	t.Parallel()
	const from = "meter@example.com"
	for _, good := range []alert.Mail{
		{}, {URL: "smtp://mail.example.com", From: from}, {URL: "smtps://me:hush@mail.example.com:465/", From: "Contatore <" + from + ">"}, {URL: "smtp://[::1]:25", From: from},
	} {
		if err := good.Check(); err != nil {
			t.Errorf("%+v: %v", good, err)
		}
	}
	for _, bad := range []struct {
		mail  alert.Mail
		words string
	}{
		{alert.Mail{From: from}, "--mail-from needs --smtp-url"},
		{alert.Mail{URL: "smtp://mail.example.com"}, "--mail-from"},
		{alert.Mail{URL: "smtp://mail.example.com", From: "meter"}, "--mail-from"},
		{alert.Mail{URL: "smtp://mail.example.com", From: from + "\r\nBcc: eve@example.com"}, "--mail-from"},
		{alert.Mail{URL: "mail.example.com:25", From: from}, "--smtp-url"},
		{alert.Mail{URL: "https://mail.example.com", From: from}, "--smtp-url"},
		{alert.Mail{URL: "smtp://me:hush@", From: from}, "--smtp-url"},
		{alert.Mail{URL: "smtp://me:hush@mail.example.com/inbox", From: from}, "--smtp-url"},
		{alert.Mail{URL: "smtp://me:hush%@mail.example.com", From: from}, "--smtp-url"},
		{alert.Mail{URL: "smtp://me:hush@mail.example.com:99999", From: from}, "port"},
		{alert.Mail{URL: "smtp://me@mail.example.com", From: from}, "both user and password"},
		{alert.Mail{URL: "smtp://:hush@mail.example.com", From: from}, "both user and password"},
	} {
		err := bad.mail.Check()
		wantFault(t, err, fault.Invalid, "", bad.words)
		if err != nil && strings.Contains(err.Error(), "hush") {
			t.Errorf("the password is told: %v", err)
		}
	}
}

// An e-mail channel's log has the server's answers.
func TestAnEMailChannel(t *testing.T) {
	t.Parallel()
	p := (&post{says: map[string]string{"RCPT eve@example.com": "550 5.1.1 gone"}}).serve(t)
	each(t, alert.Options{Mail: mailOf(p, "smtp", ""), BaseURL: base}, func(t *testing.T, h *house) {
		c, _ := h.channel(t, "shop", alert.Email, "ada@example.com, bruno@example.com")
		sent, err := h.SendTest(h.ctx, "shop", c.ID)
		if err != nil || sent.State != alert.Delivered || *sent.Attempts[0].Status != 250 || sent.Attempts[0].Answer != "2.0.0 queued as 42" {
			t.Fatalf("%+v %v", sent, err)
		}
		if e := p.next(t); !slices.Equal(e.to, []string{"ada@example.com", "bruno@example.com"}) || !bytes.Contains(e.message, []byte("the alerts of Bottega arrive here")) {
			t.Errorf("to %v:\n%s", e.to, e.message)
		}
		gone, _ := h.channel(t, "shop", alert.Email, "eve@example.com")
		failed, err := h.SendTest(h.ctx, "shop", gone.ID)
		if err != nil || failed.State != alert.Failed || *failed.Attempts[0].Status != 550 || *failed.Attempts[0].Failure != "The mail server refused eve@example.com, with status 550." {
			t.Fatalf("%+v %v", failed, err)
		}
	})
}
