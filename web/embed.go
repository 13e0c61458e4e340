// Package web keeps the pages for people: the dashboard and GraphiQL, built by
// Vite into dist and carried in the binary.
//
// Files enter when the binary is built, HTTP answers leave. It must never ask
// another host for anything, nor answer with a file that Vite did not build.
package web

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"io"
	"io/fs"
	"net/http"
	"path"
	"strconv"
	"strings"
	"time"
)

//go:embed all:dist
var dist embed.FS

// A page loads from its own origin only, and its styles and scripts are files.
// The dashboard draws pictures of its charts from blobs that it made; its
// connections to 'self' are WebSockets too; and it never makes elements of a
// text. GraphiQL's editor writes style elements and its style sheets hold images
// as data: URLs; its workers are files. Nothing needs eval or inline script.
const (
	nothing   = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
	dashboard = nothing + "; script-src 'self'; style-src 'self'; img-src 'self' blob:; font-src 'self'; connect-src 'self'; manifest-src 'self'; require-trusted-types-for 'script'"
	graphiQL  = nothing + "; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self'; connect-src 'self'; worker-src 'self'"
)

const notBuilt = "This binary was built without its web pages. Build it with: make build"

// Handler serves / and /graphiql, the files under /assets/ that they load, and
// /licenses.txt, the notices of the software in them. In a binary built without
// the pages, / and /graphiql answer 503 and say how to build them.
func Handler() http.Handler { return handler{dist} }

// A handler serves the folder dist of files. What is there as .gz only goes out
// as it is, and is unpacked for the rare client that takes no gzip.
type handler struct{ files fs.FS }

func (h handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	header := w.Header()
	header.Set("Content-Security-Policy", nothing)
	header.Set("X-Content-Type-Options", "nosniff")
	header.Set("Referrer-Policy", "no-referrer")
	header.Set("Cross-Origin-Resource-Policy", "same-origin")
	name, policy, isPage := route(r.URL.Path)
	file, packed, found := h.open(name)
	switch {
	case !found && isPage:
		http.Error(w, notBuilt, http.StatusServiceUnavailable)
		return
	case !found:
		http.Error(w, "There is nothing at this address.", http.StatusNotFound)
		return
	}
	defer func() { _ = file.Close() }()
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		header.Set("Allow", "GET, HEAD")
		http.Error(w, "This address answers GET and HEAD only.", http.StatusMethodNotAllowed)
		return
	}
	var content io.ReadSeeker = file
	if packed {
		header.Set("Vary", "Accept-Encoding")
		if takesGzip(r.Header.Values("Accept-Encoding")) {
			header.Set("Content-Encoding", "gzip")
		} else if plain, err := unpacked(file); err == nil {
			content = plain
		} else {
			http.Error(w, "This binary's web pages are damaged. Build it anew with: make build", http.StatusInternalServerError)
			return
		}
	}
	header.Set("Content-Security-Policy", policy)
	header.Set("Content-Type", contentType(name))
	if strings.HasPrefix(name, "assets/") {
		header.Set("Cache-Control", "public, max-age=31536000, immutable") // the name holds the content's hash
	} else {
		header.Set("Cache-Control", "no-cache")
		header.Set("ETag", etag(content))
	}
	http.ServeContent(w, r, name, time.Time{}, content)
}

// route gives the file of a URL's path, "" where there can be none, the policy
// it comes with, and whether it is a page.
func route(urlPath string) (name, policy string, isPage bool) {
	switch {
	case urlPath == "/":
		return "index.html", dashboard, true
	case urlPath == "/graphiql":
		return "graphiql.html", graphiQL, true
	case urlPath == "/licenses.txt":
		return "licenses.txt", nothing, false
	case strings.HasPrefix(urlPath, "/assets/") && !strings.HasSuffix(urlPath, ".gz"):
		return urlPath[1:], nothing, false
	}
	return "", "", false
}

// open opens a regular file of dist, or its .gz where there is that alone; a
// name that climbs finds nothing.
func (h handler) open(name string) (file http.File, packed, found bool) {
	for _, suffix := range []string{"", ".gz"} {
		file, err := http.FS(h.files).Open("dist/" + name + suffix)
		if err != nil {
			continue
		}
		if info, err := file.Stat(); err == nil && info.Mode().IsRegular() {
			return file, suffix != "", true
		}
		_ = file.Close()
	}
	return nil, false, false
}

func unpacked(file io.Reader) (io.ReadSeeker, error) {
	reader, err := gzip.NewReader(file)
	if err != nil {
		return nil, err
	}
	content, err := io.ReadAll(reader)
	return bytes.NewReader(content), err
}

// etag names the bytes, so that a page and the same page packed differ; "" where
// they can't be read, which is no tag.
func etag(content io.ReadSeeker) string {
	sum := sha256.New()
	if _, err := io.Copy(sum, content); err != nil {
		return ""
	}
	if _, err := content.Seek(0, io.SeekStart); err != nil {
		return ""
	}
	return `"` + hex.EncodeToString(sum.Sum(nil)[:12]) + `"`
}

// contentType does not ask the machine's own table of types, which may say
// anything or lack.
func contentType(name string) string {
	switch path.Ext(name) {
	case ".html":
		return "text/html; charset=utf-8"
	case ".js":
		return "text/javascript; charset=utf-8"
	case ".css":
		return "text/css; charset=utf-8"
	case ".txt":
		return "text/plain; charset=utf-8"
	case ".webmanifest":
		return "application/manifest+json"
	case ".svg":
		return "image/svg+xml"
	case ".ttf":
		return "font/ttf"
	case ".woff2":
		return "font/woff2"
	}
	return "application/octet-stream"
}

// takesGzip reads Accept-Encoding (RFC 9110, 12.5.3). What is said of gzip
// counts, before what is said of *; a weight of 0 refuses.
func takesGzip(accepted []string) bool {
	others := false
	for coding := range strings.SplitSeq(strings.Join(accepted, ","), ",") {
		name, parameters, _ := strings.Cut(coding, ";")
		weight := 1.0
		if q, ok := strings.CutPrefix(strings.ReplaceAll(strings.ToLower(parameters), " ", ""), "q="); ok {
			weight, _ = strconv.ParseFloat(q, 64) // what is no number refuses
		}
		switch strings.ToLower(strings.TrimSpace(name)) {
		case "gzip":
			return weight > 0
		case "*":
			others = weight > 0
		}
	}
	return others
}
