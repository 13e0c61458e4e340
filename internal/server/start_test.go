package server_test

import (
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/contatore/contatore/internal/fault"
	"github.com/contatore/contatore/internal/server"
	"github.com/contatore/contatore/internal/testkit"
)

const firstKey = `The first API key, with role ADMIN; it is shown this once: (ctt_\S+)\n`

func TestFirstStartPrintsAKeyOnce(t *testing.T) {
	t.Parallel()
	testkit.EachEmptyURL(t, func(t *testing.T, url string) {
		first := start(t, server.Config{DatabaseURL: url})
		key := find(t, first.out.String(), firstKey)[1]
		if n := strings.Count(first.out.String(), key); n != 1 {
			t.Errorf("the key is printed %d times", n)
		}
		a := first.graph(t, key, `{ viewer { role workspaceId } }`)
		if a.body != `{"data":{"viewer":{"role":"ADMIN","workspaceId":null}}}`+"\n" {
			t.Errorf("the key is %s", a.body)
		}
		if a := first.graph(t, key, `mutation { createWorkspace(input: {id: "shop", name: "Shop"}) { id } }`); a.code(t) != "" {
			t.Error(a.body)
		}
		first.get(t, "/api/usage/summary/shop", key).wants(t, http.StatusOK, "")
		if err := first.stop(); err != nil {
			t.Error(err)
		}
		if strings.Contains(first.log.String(), key) {
			t.Error("the key is in the log")
		}

		second := start(t, server.Config{DatabaseURL: url})
		if got := second.out.String(); strings.Contains(got, "ctt_") || strings.Count(got, "\n") != 1 {
			t.Errorf("the second start prints %q", got)
		}
		second.get(t, "/api/usage/summary/shop", key).wants(t, http.StatusOK, "")
	})
}

func TestAdminKeyNeedsNoRow(t *testing.T) {
	t.Parallel()
	testkit.EachEmptyURL(t, func(t *testing.T, url string) {
		n := start(t, server.Config{DatabaseURL: url, AdminKey: operatorKey})
		if got := n.out.String(); strings.Count(got, "\n") != 1 {
			t.Errorf("the start prints %q", got)
		}
		n.shop(t)
		n.get(t, "/api/usage/summary/shop", operatorKey).wants(t, http.StatusOK, "")
		if err := n.stop(); err != nil {
			t.Error(err)
		}
		// Without it there is no key to come in with: so one is made, and the
		// operator's opens nothing any more.
		without := start(t, server.Config{DatabaseURL: url})
		find(t, without.out.String(), firstKey)
		without.get(t, "/api/usage/summary/shop", operatorKey).wants(t, http.StatusUnauthorized, fault.Unauthenticated)
	})
}

// What a browser on this machine finds.
func TestAddressLine(t *testing.T) {
	t.Parallel()
	for asked, host := range map[string]string{
		":0": "localhost", "0.0.0.0:0": "localhost", "127.0.0.1:0": "127.0.0.1", "localhost:0": "localhost",
	} {
		n := start(t, server.Config{Addr: asked, DatabaseURL: testkit.SQLiteURL(t), AdminKey: operatorKey})
		if !strings.HasPrefix(n.base, "http://"+host+":") || strings.HasSuffix(n.base, ":0") {
			t.Errorf("%s listens on %s", asked, n.base)
		}
		if a := n.get(t, "/healthz", ""); a.StatusCode != http.StatusOK {
			t.Errorf("%s answers %d", asked, a.StatusCode)
		}
	}
}

// Two programs brought up at once on a new database, as by docker compose.
func TestTwoNodesOnOneDatabase(t *testing.T) {
	t.Parallel()
	url := testkit.EmptyPostgresURL(t)
	one, two := begin(t, server.Config{DatabaseURL: url}), begin(t, server.Config{DatabaseURL: url})
	one.listens(t)
	two.listens(t)
	found := find(t, one.out.String()+two.out.String(), firstKey)
	for _, n := range []*node{one, two} {
		if a := n.graph(t, found[1], `{ viewer { role } }`); a.body != `{"data":{"viewer":{"role":"ADMIN"}}}`+"\n" {
			t.Error(a.body)
		}
		if err := n.stop(); err != nil {
			t.Error(err)
		}
	}

	one = start(t, server.Config{DatabaseURL: url, AdminKey: operatorKey})
	two = start(t, server.Config{DatabaseURL: url, AdminKey: operatorKey})
	one.shop(t)
	const calls = 8
	answers := make([]answer, calls)
	var callers sync.WaitGroup
	for i := range calls {
		callers.Go(func() {
			var err error
			if answers[i], err = []*node{one, two}[i%2].tryGraph(t, operatorKey, tracking("once")); err != nil {
				t.Error(err)
			}
		})
	}
	callers.Wait()
	fresh := 0
	for _, a := range answers {
		switch a.body {
		case `{"data":` + counted + "}\n":
			fresh++
		case `{"data":` + countedBefore + "}\n":
		default:
			t.Error(a.body)
		}
	}
	if fresh != 1 {
		t.Errorf("%d of %d calls were counted", fresh, calls)
	}
	one.messages(t, "shop", 1)
	two.messages(t, "shop", 1)

	// A key that one node ends opens the other for a second at most.
	id, secret := one.key(t, "READ", "shop")
	for _, n := range []*node{one, two} {
		n.get(t, "/api/usage/summary/shop", secret).wants(t, http.StatusOK, "")
	}
	one.tell(t, `mutation { revokeApiKey(id: "`+id+`") }`, `{"revokeApiKey":true}`)
	one.get(t, "/api/usage/summary/shop", secret).wants(t, http.StatusUnauthorized, fault.Unauthenticated)
	two.clock.Set(noon.Add(time.Second))
	two.get(t, "/api/usage/summary/shop", secret).wants(t, http.StatusUnauthorized, fault.Unauthenticated)
}

// taken is an address on which the test itself listens.
func taken(t *testing.T) net.Listener {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { listener.Close() })
	return listener
}

func TestStartFaults(t *testing.T) {
	t.Parallel()
	used := taken(t).Addr().String()
	free := taken(t)
	free.Close()
	for name, c := range map[string]struct {
		config server.Config
		code   fault.Code
		words  []string
	}{
		"address in use":     {server.Config{Addr: used}, fault.Conflict, []string{used, "Another program listens", "--addr"}},
		"no port":            {server.Config{Addr: "localhost"}, fault.Invalid, []string{`"localhost"`, "--addr 127.0.0.1:3001"}},
		"port out of range":  {server.Config{Addr: "127.0.0.1:99999"}, fault.Invalid, []string{"99999", "--addr"}},
		"a URL":              {server.Config{Addr: "http://127.0.0.1:0"}, fault.Invalid, []string{"HOST:PORT"}},
		"short admin key":    {server.Config{AdminKey: "fifteen letters"}, fault.Invalid, []string{"16 characters"}},
		"bad origin":         {server.Config{CORSOrigins: []string{"*"}}, fault.Invalid, []string{`"*"`, "https://host:port"}},
		"bad range":          {server.Config{WebhookAllow: []string{"10.0.0.0/8", "localhost"}}, fault.Invalid, []string{`"localhost"`, "--webhook-allow", "10.1.0.0/16"}},
		"bad public URL":     {server.Config{PublicURL: "meter.example.com"}, fault.Invalid, []string{`"meter.example.com"`, "--public-url", "https://host"}},
		"public URL's query": {server.Config{PublicURL: "https://meter.example.com/?a"}, fault.Invalid, []string{"--public-url"}},
		"no patience":        {server.Config{AlertPatience: -1}, fault.Invalid, []string{"--alert-patience"}},
		"bad SMTP URL":       {server.Config{SMTPURL: "mail.example.com", MailFrom: "a@example.com"}, fault.Invalid, []string{"--smtp-url"}},
		"no sender":          {server.Config{SMTPURL: "smtp://mail.example.com"}, fault.Invalid, []string{"--mail-from"}},
		"no mail server":     {server.Config{MailFrom: "a@example.com"}, fault.Invalid, []string{"--smtp-url"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			file := filepath.Join(t.TempDir(), "contatore.db")
			c.config.DatabaseURL = "sqlite://" + file
			n := begin(t, c.config)
			n.ends(t, c.code, c.words...)
			if n.out.String() != "" {
				t.Errorf("it prints %q", n.out)
			}
			if _, err := os.Stat(file); !os.IsNotExist(err) {
				t.Errorf("it made a database all the same: %v", err)
			}
		})
	}
	for name, c := range map[string]struct {
		url   string
		code  fault.Code
		words []string
	}{
		"no URL":            {"", fault.Invalid, []string{"sqlite://PATH"}},
		"another database":  {"mysql://root:hush@localhost/contatore", fault.Invalid, []string{"postgres://"}},
		"no folder":         {"sqlite:///no/such/folder/contatore.db", fault.Invalid, []string{"/no/such/folder/contatore.db"}},
		"nobody answers":    {"postgres://contatore:hush@" + free.Addr().String() + "/contatore", fault.Unavailable, []string{"away"}},
		"not a SQLite file": {"sqlite://start_test.go", fault.Invalid, []string{"start_test.go"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			listener := taken(t)
			addr := listener.Addr().String()
			listener.Close()
			n := begin(t, server.Config{Addr: addr, DatabaseURL: c.url})
			n.ends(t, c.code, c.words...)
			if n.out.String() != "" || strings.Contains(n.log.String(), "hush") {
				t.Errorf("it prints %q, logs %q", n.out, n.log)
			}
			again, err := net.Listen("tcp", addr)
			if err != nil {
				t.Fatalf("the port is still held: %v", err)
			}
			again.Close()
		})
	}
}

// Who starts the program must learn where it listens.
func TestStartWithoutOutput(t *testing.T) {
	t.Parallel()
	n := begin(t, server.Config{DatabaseURL: testkit.SQLiteURL(t), AdminKey: operatorKey}, func(h *server.Host) { h.Out = broken{} })
	n.ends(t, fault.Internal, "standard output")
}

func TestStartOnASchemaThatIsNotThePrograms(t *testing.T) {
	t.Parallel()
	testkit.EachEmptyURL(t, func(t *testing.T, url string) {
		n := start(t, server.Config{DatabaseURL: url, NoMigrate: true})
		if strings.Contains(n.out.String(), "ctt_") {
			t.Errorf("a key without a table: %q", n.out)
		}
		if a := n.get(t, "/healthz", ""); a.StatusCode != http.StatusOK || a.body != "ok\n" {
			t.Errorf("/healthz answers %d %q", a.StatusCode, a.body)
		}
		a := n.get(t, "/readyz", "")
		if a.StatusCode != http.StatusServiceUnavailable || !strings.Contains(a.body, "contatore migrate") {
			t.Errorf("/readyz answers %d %q", a.StatusCode, a.body)
		}
		a.header(t, "Content-Type", "text/plain; charset=utf-8")

		// As soon as somebody has migrated, it is ready.
		start(t, server.Config{DatabaseURL: url, AdminKey: operatorKey})
		if a := n.get(t, "/readyz", ""); a.StatusCode != http.StatusOK || a.body != "ready\n" {
			t.Errorf("/readyz answers %d %q", a.StatusCode, a.body)
		}
	})
	testkit.EachEmptyURL(t, func(t *testing.T, url string) {
		begin(t, server.Config{DatabaseURL: url, NoMigrate: true, Demo: true}).ends(t, fault.Unavailable, "contatore migrate")
	})
}
