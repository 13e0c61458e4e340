package graph

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"github.com/contatore/contatore/internal/auth"
	"github.com/contatore/contatore/internal/crowd"
	"github.com/contatore/contatore/internal/fault"
)

// overHTTP is the GraphQL-over-HTTP specification (graphql.github.io, draft of
// 2025): media types, methods and status codes. gqlgen's own transports keep
// to parts of it and repeat a body that they can't read. Streams are the
// protocol graphql-sse in its mode of a connection each (sse.go).
type overHTTP struct {
	pace
	crowd *crowd.Crowd[*graphql.Response]
}

const (
	// graphqlJSON is for clients that know it: there the status tells whether
	// the request was executed. With plainJSON that is 200 for any well-formed
	// request.
	graphqlJSON = "application/graphql-response+json"
	plainJSON   = "application/json"
	// rawGraphQL is a document alone, as N8N's node sends it unless told
	// otherwise.
	rawGraphQL = "application/graphql"
	// eventStream is many responses.
	eventStream = "text/event-stream"
)

// Supports is for gqlgen: a wish to upgrade the protocol, which curl sends to
// be polite, is no reason not to answer.
func (overHTTP) Supports(*http.Request) bool { return true }

// Do answers one request.
func (t overHTTP) Do(w http.ResponseWriter, r *http.Request, exec graphql.GraphExecutor) {
	likes := readLikes(r.Header.Values("Accept"))
	a := answer{w, likes.media(), likes.streamOnly()}
	a.Header().Set("Content-Type", a.media+"; charset=utf-8")
	params, status, err := read(w, r)
	if err != nil {
		a.refuse(status, refusal(fault.Of(err)))
		return
	}
	ctx := r.Context()
	params.Headers = r.Header
	params.ReadTime = graphql.TraceTiming{Start: graphql.Now(), End: graphql.Now()}
	op, refused := exec.CreateOperationContext(ctx, params)
	if len(refused) > 0 {
		refused = refusals(ctx, op, refused)
		a.refuse(a.statusOf(refused), refused...)
		return
	}
	subscribes := op.Operation.Operation == ast.Subscription
	switch {
	case r.Method == http.MethodGet && op.Operation.Operation == ast.Mutation:
		w.Header().Set("Allow", "POST")
		a.refuse(http.StatusMethodNotAllowed, refusal(fault.New(fault.Invalid, "GET only runs queries and subscriptions; send a mutation by POST.")))
		return
	case subscribes && !likes.stream():
		a.refuse(http.StatusNotAcceptable, refusal(fault.New(fault.Invalid, "A subscription is answered as a stream: send Accept: text/event-stream, or use a WebSocket.")))
		return
	}
	ctx, cancel := t.open(ctx, op)
	defer cancel()
	if subscribes || a.streamOnly {
		t.stream(ctx, w, exec, op)
		return
	}
	response := t.answer(ctx, exec, op, params)
	if response == nil { // the context ended
		late := tooLate()
		a.refuse(a.statusOf(late.Errors), late.Errors...)
		return
	}
	a.write(http.StatusOK, response)
}

// answer runs a query once for all who ask it with the same key at the same
// time, and anything else for its caller alone. nil: the context ended.
func (t overHTTP) answer(ctx context.Context, exec graphql.GraphExecutor, op *graphql.OperationContext, params *graphql.RawParams) *graphql.Response {
	run := func(ctx context.Context) (*graphql.Response, error) {
		respond, ctx := exec.DispatchOperation(ctx, op)
		return respond(ctx), nil
	}
	viewer, known := auth.From(ctx)
	if !known || op.Operation.Operation != ast.Query {
		response, _ := run(ctx)
		return response
	}
	question, err := json.Marshal([]any{viewer, params.Query, params.OperationName, params.Variables})
	if err != nil {
		panic(err) // all came as JSON
	}
	response, _ := t.crowd.Ask(ctx, string(question), run)
	return response
}

// tooLate answers an operation that ended before its answer.
func tooLate() *graphql.Response {
	return &graphql.Response{Errors: gqlerror.List{refusal(fault.New(fault.Unavailable, "The operation took too long and was given up; ask for less, or try again."))}}
}

// read takes the parameters of a request. The error is a fault, to be answered
// with the status.
func read(w http.ResponseWriter, r *http.Request) (params *graphql.RawParams, status int, err error) {
	switch r.Method {
	case http.MethodGet:
		query := r.URL.Query()
		fields := map[string]json.RawMessage{}
		for _, name := range []string{"query", "operationName"} {
			if query.Has(name) {
				fields[name], _ = json.Marshal(query.Get(name)) // a text always has a JSON form
			}
		}
		for _, name := range []string{"variables", "extensions"} {
			if text := query.Get(name); text != "" {
				fields[name] = json.RawMessage(legible([]byte(text)))
			}
		}
		params, err = parameters(fields)
	case http.MethodPost:
		media, charset, ok := contentType(r.Header.Get("Content-Type"))
		if !ok || media != plainJSON && media != rawGraphQL || charset != "utf-8" {
			return nil, http.StatusUnsupportedMediaType, fault.New(fault.Invalid, "The Content-Type must be application/json in UTF-8.")
		}
		var body []byte
		if body, err = io.ReadAll(r.Body); err != nil {
			return nil, http.StatusBadRequest, fault.Wrap(err, fault.Invalid, "The request's body broke off; send it again.")
		}
		fields := map[string]json.RawMessage{}
		if media == rawGraphQL {
			fields["query"], _ = json.Marshal(strings.ToValidUTF8(string(body), "\x00")) // a text always has a JSON form
		} else if err := json.Unmarshal(legible(body), &fields); err != nil || fields == nil {
			return nil, http.StatusBadRequest, fault.New(fault.Invalid, "The body is not a JSON object%s; send {\"query\": \"…\", \"variables\": {…}}.", place(err))
		}
		params, err = parameters(fields)
	default:
		w.Header().Set("Allow", "GET, POST")
		return nil, http.StatusMethodNotAllowed, fault.New(fault.Invalid, "GraphQL answers GET and POST only.")
	}
	return params, http.StatusBadRequest, err
}

// place says where JSON could not be read on.
func place(err error) string {
	var syntax *json.SyntaxError
	if errors.As(err, &syntax) {
		return fmt.Sprintf(" (%s, at byte %d)", syntax, syntax.Offset)
	}
	return ""
}

// contentType reads a media type and its charset, which is UTF-8 where none is
// given.
func contentType(header string) (media, charset string, ok bool) {
	media, parameters, err := mime.ParseMediaType(header)
	if err != nil {
		return "", "", false
	}
	charset = "utf-8"
	if given := parameters["charset"]; given != "" && !strings.EqualFold(given, "utf8") {
		charset = strings.ToLower(given)
	}
	return media, charset, true
}

// parameters reads the members of a request; null stands for absent. Numbers
// keep their digits.
func parameters(fields map[string]json.RawMessage) (*graphql.RawParams, error) {
	p := &graphql.RawParams{}
	for _, f := range []struct {
		name, form string
		to         any
	}{
		{"query", "a text", &p.Query},
		{"operationName", "a text", &p.OperationName},
		{"variables", "an object", &p.Variables},
		{"extensions", "an object", &p.Extensions},
	} {
		value, given := fields[f.name]
		if !given {
			continue
		}
		if err := decode(value, f.to); err != nil {
			return nil, fault.Field(f.name, "%s must be %s.", f.name, f.form)
		}
	}
	p.Query = string(legible([]byte(p.Query))) // its texts are escaped in the same way
	if strings.TrimSpace(p.Query) == "" {
		return nil, fault.Field("query", "query is missing; send {\"query\": \"…\", \"variables\": {…}}.")
	}
	return p, nil
}

// decode reads a JSON value. Numbers of an object keep their digits.
func decode(value []byte, to any) error {
	if _, text := to.(*string); text {
		return json.Unmarshal(value, to) //nolint:wrapcheck // its caller says what was expected
	}
	decoder := json.NewDecoder(bytes.NewReader(value))
	decoder.UseNumber()
	if err := decoder.Decode(to); err != nil {
		return err //nolint:wrapcheck // as above
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return errors.New("more than one value")
	}
	return nil
}

var surrogate = regexp.MustCompile(`\\+u[dD][89a-fA-F][0-9a-fA-F]{2}`)

// legible puts a NUL character wherever a text in JSON or GraphQL is not
// Unicode: a byte that is no UTF-8, or half of a surrogate pair. Their parsers
// would put U+FFFD there, and the judge of the text never learn that it was
// broken.
func legible(text []byte) []byte {
	const nul = `\u0000`
	if !utf8.Valid(text) {
		text = []byte(strings.ToValidUTF8(string(text), nul))
	}
	halves := surrogate.FindAllIndex(text, -1)
	if halves == nil {
		return text
	}
	var out []byte
	from := 0
	for i := 0; i < len(halves); i++ {
		start, end := halves[i][0], halves[i][1]
		if (end-start-len(`u0000`))%2 == 0 {
			continue // an even number of backslashes escapes only itself
		}
		if isHigh(text[:end]) && i+1 < len(halves) && halves[i+1][0] == end && halves[i+1][1] == end+len(nul) && !isHigh(text[:halves[i+1][1]]) {
			i++
			continue
		}
		out = append(append(out, text[from:end-len(nul)]...), nul...)
		from = end
	}
	return append(out, text[from:]...)
}

// isHigh reports that an escape at the text's end is the first of a pair.
func isHigh(text []byte) bool {
	code, _ := strconv.ParseUint(string(text[len(text)-4:]), 16, 16) // the expression found hex digits
	return code < 0xdc00
}

// answer is the response in the making.
type answer struct {
	http.ResponseWriter
	media string
	// streamOnly: its reader knows no JSON but in a stream.
	streamOnly bool
}

// likes are the media types of an Accept header and how much each is liked.
type likes map[string]float64

func readLikes(headers []string) likes {
	l := likes{}
	for part := range strings.SplitSeq(strings.Join(headers, ","), ",") {
		media, parameters, err := mime.ParseMediaType(strings.TrimSpace(part))
		if _, again := l[media]; err != nil || again {
			continue
		}
		l[media] = 1
		if text, given := parameters["q"]; given {
			l[media], _ = strconv.ParseFloat(text, 64) // what is no number refuses
		}
	}
	return l
}

func (l likes) weight(media string) float64 {
	for _, name := range []string{media, "application/*", "*/*"} {
		if q, named := l[name]; named {
			return q
		}
	}
	return 0
}

// media is the one that a client likes best of the two for one response;
// plainJSON where it likes neither, or doesn't name the other.
func (l likes) media() string {
	plain, other := l.weight(plainJSON), l.weight(graphqlJSON)
	if _, named := l[graphqlJSON]; other > plain || named && other == plain && other > 0 {
		return graphqlJSON
	}
	return plainJSON
}

// stream reports that a client can read a stream. It must say so: to who takes
// anything, an answer that never ends is none.
func (l likes) stream() bool { return l[eventStream] > 0 }

// streamOnly reports that it reads nothing else.
func (l likes) streamOnly() bool {
	return l.stream() && l.weight(plainJSON) == 0 && l.weight(graphqlJSON) == 0
}

// statusOf is the status of an operation that was not executed.
func (a answer) statusOf(refused gqlerror.List) int {
	switch code := refused[0].Extensions["code"]; {
	case code == fault.Unauthenticated:
		return http.StatusUnauthorized
	case a.media == plainJSON && !a.streamOnly:
		return http.StatusOK
	case code == fault.Unavailable:
		return http.StatusServiceUnavailable
	}
	return http.StatusBadRequest
}

func (a answer) refuse(status int, errs ...*gqlerror.Error) {
	if status == http.StatusUnauthorized {
		a.Header().Set("WWW-Authenticate", "Bearer")
	}
	a.write(status, &graphql.Response{Errors: errs})
}

// write sends the response.
func (a answer) write(status int, response *graphql.Response) {
	a.WriteHeader(status)
	_, _ = a.Write(append(encode(response), '\n')) // a caller that is gone reads nothing
}

// encode writes a response in one line. Its data is JSON already, which
// encoding/json would read once more.
func encode(response *graphql.Response) []byte {
	var out bytes.Buffer
	out.WriteByte('{')
	if len(response.Errors) > 0 {
		errs, err := json.Marshal(response.Errors)
		if err != nil {
			panic(err) // no type in an error can fail
		}
		out.WriteString(`"errors":`)
		out.Write(errs)
	}
	if response.Data != nil {
		if out.Len() > 1 {
			out.WriteByte(',')
		}
		out.WriteString(`"data":`)
		out.Write(response.Data)
	}
	out.WriteByte('}')
	return out.Bytes()
}
