package server

import (
	"bufio"
	"bytes"
	"context"
	"encoding/hex"
	"errors"
	"io"
	"log/slog"
	"maps"
	"net"
	"net/http"
	"runtime/debug"
	"strings"
	"time"

	"github.com/contatore/contatore/internal/fault"
)

const (
	// maxBody is the most a request may send, in bytes.
	maxBody = 8 << 20
	// writeTimeout is how long a client may take to read the next piece of an
	// answer, and how long an answer may take to begin.
	writeTimeout = 60 * time.Second
	// answerTimeout is how long an answer that is no stream may be worked on.
	answerTimeout = 55 * time.Second
)

type requestIDKey struct{}

// LogHandler adds the request's id to every record that is logged with a
// request's context.
func LogHandler(next slog.Handler) slog.Handler { return logHandler{next} }

type logHandler struct{ slog.Handler }

func (h logHandler) Handle(ctx context.Context, record slog.Record) error {
	if id, ok := ctx.Value(requestIDKey{}).(string); ok {
		record.AddAttrs(slog.String("request", id))
	}
	return h.Handler.Handle(ctx, record)
}

func (h logHandler) WithAttrs(attrs []slog.Attr) slog.Handler {
	return logHandler{h.Handler.WithAttrs(attrs)}
}

func (h logHandler) WithGroup(name string) slog.Handler { return logHandler{h.Handler.WithGroup(name)} }

// observed gives a request its id, logs it and counts it under the route that
// the mux below finds for it, and turns a panic into a plain 500. What it logs
// of a URL is the path only: a query may hold a customer's data, and no header
// is logged at all.
func (s *server) observed(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		began := s.host.Now()
		id := r.Header.Get("X-Request-Id")
		if !saneRequestID(id) {
			id = s.newRequestID()
		}
		ctx := context.WithValue(r.Context(), requestIDKey{}, id)
		w.Header().Set("X-Request-Id", id)
		record := &recorder{ResponseWriter: w, control: http.NewResponseController(w)}
		r = r.WithContext(ctx)
		defer func() {
			failure := recover()
			aborted := failure == http.ErrAbortHandler //nolint:errorlint // net/http compares it in the same way
			if failure != nil && !aborted {
				s.host.Log.ErrorContext(ctx, "panic", "what", failure, "stack", string(debug.Stack()))
				if record.status == 0 {
					http.Error(record, "Something went wrong on the server; the log has the cause.", http.StatusInternalServerError)
				} else {
					aborted = true
				}
			}
			took := s.host.Now().Sub(began)
			s.metrics.answered(r.Pattern, record.code(), record.stream(), took)
			s.logAnswer(ctx, r, record, took, aborted)
			if aborted {
				panic(http.ErrAbortHandler) // breaks the connection, so that a cut answer is not taken for whole
			}
		}()
		next.ServeHTTP(record, r)
	})
}

func (s *server) logAnswer(ctx context.Context, r *http.Request, record *recorder, took time.Duration, aborted bool) {
	level := slog.LevelInfo
	if record.code() >= http.StatusInternalServerError || aborted {
		level = slog.LevelError
	}
	attrs := []slog.Attr{
		slog.String("method", r.Method), slog.String("path", r.URL.Path), slog.Int("status", record.code()),
		slog.Int64("bytes", record.bytes), slog.Float64("took_ms", float64(took.Microseconds())/1000), slog.String("from", r.RemoteAddr),
	}
	if aborted {
		attrs = append(attrs, slog.Bool("aborted", true))
	}
	s.host.Log.LogAttrs(ctx, level, "request", attrs...)
}

// saneRequestID accepts 1 to 64 of A-Z a-z 0-9 . _ -: nothing that could forge
// a line of the log.
func saneRequestID(id string) bool {
	return id != "" && len(id) <= 64 && strings.Trim(id, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-") == ""
}

func (s *server) newRequestID() string {
	var b [12]byte
	if _, err := io.ReadFull(s.host.Random, b[:]); err != nil {
		return "none" // an answer without its own id is better than none
	}
	return hex.EncodeToString(b[:])
}

// recorder keeps what was answered, and moves the connection's deadline on as
// long as the client reads.
type recorder struct {
	http.ResponseWriter
	control  *http.ResponseController
	status   int
	bytes    int64
	extended time.Time
}

func (r *recorder) code() int {
	if r.status == 0 {
		return http.StatusOK
	}
	return r.status
}

// stream reports that the answer was one of events.
func (r *recorder) stream() bool {
	return strings.HasPrefix(r.Header().Get("Content-Type"), "text/event-stream")
}

func (r *recorder) WriteHeader(status int) {
	if r.status == 0 && (status >= 200 || status == http.StatusSwitchingProtocols) {
		r.status = status
	}
	r.ResponseWriter.WriteHeader(status)
}

func (r *recorder) Write(p []byte) (int, error) {
	if r.status == 0 {
		r.status = http.StatusOK
	}
	if now := time.Now(); now.Sub(r.extended) > time.Second { //nolint:forbidigo // the kernel's clock ends connections
		r.extended = now
		_ = r.control.SetWriteDeadline(now.Add(writeTimeout)) // a connection that can't has none
	}
	n, err := r.ResponseWriter.Write(p)
	r.bytes += int64(n)
	return n, err //nolint:wrapcheck // a ResponseWriter hands its error on
}

func (r *recorder) Flush() { _ = r.control.Flush() }

func (r *recorder) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	r.status = http.StatusSwitchingProtocols
	return r.control.Hijack() //nolint:wrapcheck // a ResponseWriter hands its error on
}

func (r *recorder) Unwrap() http.ResponseWriter { return r.ResponseWriter }

// hardened sets what every answer carries. A page that needs more than nothing
// sets its own Content-Security-Policy.
func hardened(next http.Handler) http.Handler {
	fixed := http.Header{
		"X-Content-Type-Options":     {"nosniff"},
		"X-Frame-Options":            {"DENY"},
		"Referrer-Policy":            {"no-referrer"},
		"Cross-Origin-Opener-Policy": {"same-origin"},
		"Permissions-Policy":         {"camera=(), geolocation=(), microphone=()"},
		"Content-Security-Policy":    {"default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"},
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		maps.Copy(w.Header(), fixed)
		next.ServeHTTP(w, r)
	})
}

// private keeps answers that a key opened out of every cache.
func private(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Cache-Control", "no-store")
		next.ServeHTTP(w, r)
	})
}

// bounded refuses a body over maxBody before anybody works on it. A body of
// unknown length is read here, up to the limit, so that the refusal is still
// a clean 413.
func bounded(fail failure, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.ContentLength < 0 {
			body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
			var tooLong *http.MaxBytesError
			switch {
			case errors.As(err, &tooLong):
				r.ContentLength = maxBody + 1
			case err != nil:
				fail(w, r, http.StatusBadRequest, fault.Wrap(err, fault.Invalid, "The request's body broke off; send it again."))
				return
			default:
				r.Body, r.ContentLength = io.NopCloser(bytes.NewReader(body)), int64(len(body))
			}
		}
		if r.ContentLength > maxBody {
			w.Header().Set("Connection", "close") // the rest of the body is not worth reading
			fail(w, r, http.StatusRequestEntityTooLarge,
				fault.New(fault.TooComplex, "The request's body is larger than %d MiB; send fewer events at once.", maxBody>>20))
			return
		}
		next.ServeHTTP(w, r)
	})
}

// timely ends the work on an answer before the connection's own deadline cuts
// it off without a word.
func timely(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		ctx, cancel := context.WithTimeout(r.Context(), answerTimeout)
		defer cancel()
		next.ServeHTTP(w, r.WithContext(ctx))
	})
}
