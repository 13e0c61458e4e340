package web

import (
	"bytes"
	"compress/gzip"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/fstest"
)

func built() handler {
	text := func(s string) *fstest.MapFile { return &fstest.MapFile{Data: []byte(s)} }
	return handler{fstest.MapFS{
		"dist/.keep":                        text(""),
		"dist/index.html":                   text("dashboard"),
		"dist/graphiql.html":                text("explorer"),
		"dist/licenses.txt.gz":              text(packed("notices")),
		"dist/secret.txt":                   text("not routed"),
		"dist/assets/index-AbCd1234.js":     text("script"),
		"dist/assets/index-AbCd1234.css":    text("style"),
		"dist/assets/big-AbCd1234.js.gz":    text(packed("big script")),
		"dist/assets/broken-AbCd1234.js.gz": text(packed("half a script")[:20]),
		"dist/assets/icon-AbCd1234.svg":     text("icon"),
		"dist/assets/icons-AbCd1234.ttf":    text("font"),
		"dist/assets/app-Ab1.webmanifest":   text("manifest"),
	}}
}

func packed(text string) string {
	var out bytes.Buffer
	w := gzip.NewWriter(&out)
	_, _ = io.WriteString(w, text) // a buffer takes everything
	_ = w.Close()
	return out.String()
}

func ask(t *testing.T, h http.Handler, method, target string, headers ...string) *http.Response {
	t.Helper()
	r := httptest.NewRequest(method, "http://localhost/", nil)
	r.URL.Path = target
	for i := 0; i < len(headers); i += 2 {
		r.Header.Add(headers[i], headers[i+1])
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w.Result()
}

func body(t *testing.T, answer *http.Response) string {
	t.Helper()
	content, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(content)
}

func TestFilesAndTypes(t *testing.T) {
	t.Parallel()
	for target, want := range map[string]struct{ kind, body, cache string }{
		"/":                           {"text/html; charset=utf-8", "dashboard", "no-cache"},
		"/graphiql":                   {"text/html; charset=utf-8", "explorer", "no-cache"},
		"/licenses.txt":               {"text/plain; charset=utf-8", "notices", "no-cache"},
		"/assets/index-AbCd1234.js":   {"text/javascript; charset=utf-8", "script", "public, max-age=31536000, immutable"},
		"/assets/big-AbCd1234.js":     {"text/javascript; charset=utf-8", "big script", "public, max-age=31536000, immutable"},
		"/assets/index-AbCd1234.css":  {"text/css; charset=utf-8", "style", "public, max-age=31536000, immutable"},
		"/assets/icon-AbCd1234.svg":   {"image/svg+xml", "icon", "public, max-age=31536000, immutable"},
		"/assets/icons-AbCd1234.ttf":  {"font/ttf", "font", "public, max-age=31536000, immutable"},
		"/assets/app-Ab1.webmanifest": {"application/manifest+json", "manifest", "public, max-age=31536000, immutable"},
	} {
		answer := ask(t, built(), http.MethodGet, target)
		if answer.StatusCode != http.StatusOK {
			t.Errorf("%s answers %s", target, answer.Status)
		}
		if got := answer.Header.Get("Content-Type"); got != want.kind {
			t.Errorf("%s has type %q, want %q", target, got, want.kind)
		}
		if got := answer.Header.Get("Cache-Control"); got != want.cache {
			t.Errorf("%s has Cache-Control %q, want %q", target, got, want.cache)
		}
		if got := answer.Header.Get("X-Content-Type-Options"); got != "nosniff" {
			t.Errorf("%s has X-Content-Type-Options %q", target, got)
		}
		if got := answer.Header.Get("Cross-Origin-Resource-Policy"); got != "same-origin" {
			t.Errorf("%s has Cross-Origin-Resource-Policy %q", target, got)
		}
		if got := body(t, answer); got != want.body {
			t.Errorf("%s answers %q, want %q", target, got, want.body)
		}
	}
}

func TestNothingElse(t *testing.T) {
	t.Parallel()
	for _, target := range []string{
		"/secret.txt", "/.keep", "/index.html", "/graphiql.html", "/graphiql/", "/assets", "/assets/", "/assets/none.js",
		"/assets/../secret.txt", "/assets/./index-AbCd1234.js", "/assets//index-AbCd1234.js", "/assets/big-AbCd1234.js.gz",
		"/assets/index-AbCd1234.js/", "/nowhere", "//", "",
	} {
		if answer := ask(t, built(), http.MethodGet, target); answer.StatusCode != http.StatusNotFound {
			t.Errorf("%q answers %s, want 404", target, answer.Status)
		}
	}
}

func TestMethods(t *testing.T) {
	t.Parallel()
	for _, method := range []string{http.MethodPost, http.MethodPut, http.MethodDelete, http.MethodOptions} {
		for _, target := range []string{"/", "/graphiql", "/assets/index-AbCd1234.js"} {
			answer := ask(t, built(), method, target)
			if answer.StatusCode != http.StatusMethodNotAllowed || answer.Header.Get("Allow") != "GET, HEAD" {
				t.Errorf("%s %s answers %s, Allow %q", method, target, answer.Status, answer.Header.Get("Allow"))
			}
		}
		if answer := ask(t, built(), method, "/nowhere"); answer.StatusCode != http.StatusNotFound {
			t.Errorf("%s /nowhere answers %s, want 404", method, answer.Status)
		}
	}
	answer := ask(t, built(), http.MethodHead, "/")
	if answer.StatusCode != http.StatusOK || answer.Header.Get("ETag") == "" || body(t, answer) != "" {
		t.Errorf("HEAD / answers %s, ETag %q, or has a body", answer.Status, answer.Header.Get("ETag"))
	}
}

func TestGzipWhereTheClientTakesIt(t *testing.T) {
	t.Parallel()
	for accepted, want := range map[string]bool{
		"gzip": true, "br, gzip": true, "GZIP;q=0.5": true, "gzip; q=1, *;q=0": true, "*": true, "identity, *;q=0.1": true,
		"": false, "br": false, "gzip;q=0": false, "gzip; q=0.000": false, "*;q=0": false, "*, gzip;q=0": false, "gzip;q=0, *": false,
		"gzipped": false, "gzip;q=much": false,
	} {
		for target, text := range map[string]string{
			"/licenses.txt": "notices", "/assets/big-AbCd1234.js": "big script", "/assets/index-AbCd1234.js": "script",
		} {
			answer := ask(t, built(), http.MethodGet, target, "Accept-Encoding", accepted)
			encoding, vary, wantBody := "", "Accept-Encoding", text
			switch {
			case text == "script":
				vary = "" // it is there as it is, for everybody
			case want:
				encoding, wantBody = "gzip", packed(text)
			}
			if got := answer.Header.Get("Content-Encoding"); got != encoding {
				t.Errorf("%s with Accept-Encoding %q has Content-Encoding %q, want %q", target, accepted, got, encoding)
			}
			if got := body(t, answer); got != wantBody {
				t.Errorf("%s with Accept-Encoding %q answers %q, want %q", target, accepted, got, wantBody)
			}
			if got := answer.Header.Get("Vary"); got != vary {
				t.Errorf("%s has Vary %q, want %q", target, got, vary)
			}
			if got := answer.Header.Get("Content-Type"); strings.Contains(got, "gzip") {
				t.Errorf("%s packed has type %q, want that of the file", target, got)
			}
		}
	}
}

func TestADamagedFileIsNotSentInPart(t *testing.T) {
	t.Parallel()
	answer := ask(t, built(), http.MethodGet, "/assets/broken-AbCd1234.js")
	if answer.StatusCode != http.StatusInternalServerError || answer.Header.Get("Cache-Control") != "" {
		t.Errorf("it answers %s, Cache-Control %q", answer.Status, answer.Header.Get("Cache-Control"))
	}
	if got := body(t, answer); !strings.Contains(got, "make build") {
		t.Errorf("it answers %q, which does not tell how to build", got)
	}
}

func TestAKnownPageIsNotSentAgain(t *testing.T) {
	t.Parallel()
	plain := ask(t, built(), http.MethodGet, "/licenses.txt").Header.Get("ETag")
	packed := ask(t, built(), http.MethodGet, "/licenses.txt", "Accept-Encoding", "gzip").Header.Get("ETag")
	page := ask(t, built(), http.MethodGet, "/").Header.Get("ETag")
	if plain == "" || plain == packed || plain == page {
		t.Fatalf("ETags are not told apart: plain %q, packed %q, page %q", plain, packed, page)
	}
	if answer := ask(t, built(), http.MethodGet, "/", "If-None-Match", page); answer.StatusCode != http.StatusNotModified {
		t.Errorf("the same ETag answers %s, want 304", answer.Status)
	}
	if answer := ask(t, built(), http.MethodGet, "/licenses.txt", "If-None-Match", plain); answer.StatusCode != http.StatusNotModified {
		t.Errorf("the unpacked text's ETag answers %s, want 304", answer.Status)
	}
	if answer := ask(t, built(), http.MethodGet, "/licenses.txt", "If-None-Match", packed); answer.StatusCode != http.StatusOK {
		t.Errorf("the packed text's ETag answers %s for the unpacked one, want 200", answer.Status)
	}
	if answer := ask(t, built(), http.MethodGet, "/licenses.txt", "If-None-Match", packed, "Accept-Encoding", "gzip"); answer.StatusCode != http.StatusNotModified {
		t.Errorf("the packed text's ETag answers %s, want 304", answer.Status)
	}
}

func TestPolicies(t *testing.T) {
	t.Parallel()
	policy := func(target string) string {
		return ask(t, built(), http.MethodGet, target).Header.Get("Content-Security-Policy")
	}
	for _, target := range []string{"/", "/graphiql", "/licenses.txt", "/assets/index-AbCd1234.js", "/nowhere"} {
		got := policy(target)
		for _, wanted := range []string{"default-src 'none'", "base-uri 'none'", "form-action 'none'", "frame-ancestors 'none'"} {
			if !strings.Contains(got, wanted) {
				t.Errorf("%s has policy %q, without %s", target, got, wanted)
			}
		}
		for _, banned := range []string{"unsafe-eval", "http:", "https:", " *", "script-src 'self' '"} {
			if strings.Contains(got, banned) {
				t.Errorf("%s has policy %q, with %s", target, got, banned)
			}
		}
		if inline := strings.Contains(got, "unsafe-inline"); inline != (target == "/graphiql") {
			t.Errorf("%s has policy %q", target, got)
		}
	}
	const want = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; script-src 'self'; style-src 'self'; " +
		"img-src 'self' blob:; font-src 'self'; connect-src 'self'; manifest-src 'self'; require-trusted-types-for 'script'"
	if got := policy("/"); got != want {
		t.Errorf("/ has policy %q, want %q", got, want)
	}
	if strings.Contains(policy("/graphiql"), "blob:") {
		t.Errorf("/graphiql has policy %q, with blobs", policy("/graphiql"))
	}
	if !strings.Contains(policy("/graphiql"), "worker-src 'self'") || !strings.Contains(policy("/graphiql"), "connect-src 'self'") {
		t.Errorf("/graphiql has policy %q: no workers or no requests", policy("/graphiql"))
	}
}

func TestWithoutBuiltPages(t *testing.T) {
	t.Parallel()
	empty := handler{fstest.MapFS{"dist/.keep": &fstest.MapFile{}}}
	for _, target := range []string{"/", "/graphiql"} {
		answer := ask(t, empty, http.MethodGet, target)
		if answer.StatusCode != http.StatusServiceUnavailable {
			t.Errorf("%s answers %s, want 503", target, answer.Status)
		}
		if got := body(t, answer); !strings.Contains(got, "make build") {
			t.Errorf("%s answers %q, which does not tell how to build", target, got)
		}
	}
	if answer := ask(t, empty, http.MethodGet, "/assets/index.js"); answer.StatusCode != http.StatusNotFound {
		t.Errorf("/assets/index.js answers %s, want 404", answer.Status)
	}
}

// Whatever this binary was built with, its root answers for people.
func TestHandlerServesWhatIsEmbedded(t *testing.T) {
	t.Parallel()
	answer := ask(t, Handler(), http.MethodGet, "/")
	text := body(t, answer)
	switch answer.StatusCode {
	case http.StatusOK:
		if !strings.Contains(text, "<title>Contatore</title>") {
			t.Errorf("/ answers %q, which is not the dashboard", text)
		}
	case http.StatusServiceUnavailable:
		if !strings.Contains(text, "make build") {
			t.Errorf("/ answers %q, which does not tell how to build", text)
		}
	default:
		t.Errorf("/ answers %s", answer.Status)
	}
}
