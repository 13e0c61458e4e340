package rest_test

import (
	"context"
	"crypto/rand"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math/big"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/klauspost/compress/gzhttp"
	"go.uber.org/goleak"

	"github.com/contatore/contatore/internal/auth"
	"github.com/contatore/contatore/internal/database"
	"github.com/contatore/contatore/internal/ledger"
	"github.com/contatore/contatore/internal/meter"
	"github.com/contatore/contatore/internal/rest"
	"github.com/contatore/contatore/internal/testkit"
	"github.com/contatore/contatore/internal/transfer"
	"github.com/contatore/contatore/internal/workspace"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// clock is noon of a Thursday, in UTC.
func clock() time.Time { return time.Date(2024, 2, 15, 12, 0, 0, 0, time.UTC) }

const sample = `clientId,occurredAt,price,kind,model
ada,2024-01-10 09:00:00,1,message,gpt
ada,2024-02-14 10:15:00,0.1,message,gpt
ada,2024-02-14 10:45:00,0.000000001,message,
bruno,2024-02-15 00:00:00,0.25,image,gpt
bruno,2024-02-15 10:59:59.999999,0.25,message,llama
`

// front is the endpoints over a workspace in Rome.
type front struct {
	server *httptest.Server
	log    *strings.Builder
}

// open serves requests whose viewer is role of workspace, given as the path
// /as/ROLE/WORKSPACE before the endpoint's own; without it there is none.
func open(t *testing.T, db *database.DB, answers string) *front {
	t.Helper()
	ctx := auth.With(t.Context(), auth.Viewer{Role: auth.Admin})
	book := ledger.Open(db)
	directory := workspace.Open(db, clock)
	for _, id := range []string{"shop", "a:b"} {
		if _, err := directory.Create(ctx, workspace.CreateInput{ID: &id, Name: "Shop", TimeZone: new("Europe/Rome")}); err != nil {
			t.Fatal(err)
		}
	}
	for _, c := range []workspace.CustomerInput{{ClientID: new("ada"), Name: new("Ada"), Phone: new("+393331112222")}, {ClientID: new("bruno")}} {
		if _, err := directory.UpsertCustomer(ctx, "shop", c); err != nil {
			t.Fatal(err)
		}
	}
	m := meter.Start(book, meter.Options{Now: clock, Random: rand.Reader})
	summary, err := transfer.Import(ctx, strings.NewReader(answers), m, directory, transfer.ImportOptions{WorkspaceID: "shop"})
	if err != nil || summary.Tracked != summary.Rows {
		t.Fatalf("%+v, %v", summary, err)
	}
	if err := m.Stop(context.Background()); err != nil {
		t.Fatal(err)
	}
	f := &front{log: &strings.Builder{}}
	api := rest.New(rest.Deps{Book: book, Now: clock, Log: slog.New(slog.NewTextHandler(f.log, nil))})
	mux := http.NewServeMux()
	mux.Handle("/", api)
	mux.HandleFunc("/as/{role}/{workspace}/", func(w http.ResponseWriter, r *http.Request) {
		viewer := auth.Viewer{Role: auth.Role(r.PathValue("role")), WorkspaceID: strings.Trim(r.PathValue("workspace"), "*")}
		prefix := "/as/" + r.PathValue("role") + "/" + r.PathValue("workspace")
		http.StripPrefix(prefix, api).ServeHTTP(w, r.WithContext(auth.With(r.Context(), viewer)))
	})
	f.server = httptest.NewServer(mux)
	t.Cleanup(f.server.Close)
	return f
}

// reader is the path of a reader of every workspace.
const reader = "/as/READ/*/api/usage/"

type answer struct {
	*http.Response
	body string
}

func (f *front) ask(t *testing.T, method, path string) answer {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, f.server.URL+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	resp, err := f.server.Client().Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatalf("%s %s: %v", method, path, err)
	}
	return answer{resp, string(body)}
}

// code is the error's, and whether the answer is an envelope of one.
func (a answer) code(t *testing.T) string {
	t.Helper()
	var envelope struct {
		Success *bool
		Error   struct{ Code, Message string }
	}
	if err := json.Unmarshal([]byte(a.body), &envelope); err != nil || envelope.Success == nil || *envelope.Success || envelope.Error.Message == "" {
		t.Errorf("%d is no error's envelope: %s", a.StatusCode, a.body)
	}
	if got := a.Header.Get("Content-Type"); got != "application/json; charset=utf-8" {
		t.Errorf("content type %q", got)
	}
	return envelope.Error.Code
}

const meta = `"meta":{"workspaceId":"shop","period":{"days":%d,"start":%q,"end":%q},"timeZone":"Europe/Rome","currency":"EUR","generatedAt":"2024-02-15T12:00:00Z"}}` + "\n"

func TestFigures(t *testing.T) {
	t.Parallel()
	testkit.Each(t, func(t *testing.T, db *database.DB) {
		f := open(t, db, sample)
		var hours []string
		for hour := range 24 {
			switch hour {
			case 0:
				hours = append(hours, `{"hour":0,"messages":1,"cost":0.25}`)
			case 10:
				hours = append(hours, `{"hour":10,"messages":3,"cost":0.350000001}`)
			default:
				hours = append(hours, fmt.Sprintf(`{"hour":%d,"messages":0,"cost":0}`, hour))
			}
		}
		const (
			top        = `"topClients":[{"clientId":"bruno","clientName":null,"clientPhone":null,"cost":0.5,"messages":2},{"clientId":"ada","clientName":"Ada","clientPhone":"+393331112222","cost":0.100000001,"messages":2}]`
			daily      = `"dailyUsage":[{"date":"2024-02-14","messages":2,"cost":0.100000001},{"date":"2024-02-15","messages":2,"cost":0.5}]`
			comparison = `"monthlyComparison":{"currentMonth":0.600000001,"previousMonth":1,"growth":-40}`
			averages   = `"totalCost":0.600000001,"totalMessages":4,"averageDailyCost":0.300000001,"averageDailyMessages":2`
		)
		peak := `"peakHours":[` + strings.Join(hours, ",") + `]`
		for endpoint, data := range map[string]string{
			"stats":   `{"totalCost":0.600000001,"totalMessages":4,` + daily + `,` + top + `,` + peak + `,` + comparison + `}`,
			"summary": `{` + averages + `}`,
			"dashboard": `{"overview":{` + averages + `,` + comparison + `},"charts":{` + daily + `,` + peak + `},"insights":{` + top +
				`,"peakHour":{"hour":10,"messages":3,"cost":0.350000001},"busiestDay":{"date":"2024-02-14","messages":2,"cost":0.100000001},` +
				`"monthlyUsage":[{"month":"2023-11","messages":0,"cost":0,"growth":null},{"month":"2023-12","messages":0,"cost":0,"growth":null},` +
				`{"month":"2024-01","messages":1,"cost":1,"growth":null},{"month":"2024-02","messages":4,"cost":0.600000001,"growth":-40}],` +
				`"segments":[{"share":0.5,"clients":1,"cost":0.5},{"share":0.8,"clients":1,"cost":0.5},{"share":0.95,"clients":2,"cost":0.600000001}]}}`,
		} {
			want := `{"success":true,"data":` + data + `,` + fmt.Sprintf(meta, 2, "2024-02-14", "2024-02-15")
			for _, days := range []string{"period=2", "days=2", "startDate=2024-02-14&endDate=2024-02-15", "period=2&clients=&startDate="} {
				got := f.ask(t, http.MethodGet, reader+endpoint+"/shop?"+days)
				if got.StatusCode != http.StatusOK || got.body != want {
					t.Errorf("%s %s: %d\n%s\nwant\n%s", endpoint, days, got.StatusCode, got.body, want)
				}
			}
			if got := f.ask(t, http.MethodHead, reader+endpoint+"/shop"); got.StatusCode != http.StatusOK || got.body != "" {
				t.Errorf("HEAD %s: %d %q", endpoint, got.StatusCode, got.body)
			}
		}
	})
}

func TestRangeAndFilter(t *testing.T) {
	t.Parallel()
	testkit.Each(t, func(t *testing.T, db *database.DB) {
		f := open(t, db, sample)
		for query, want := range map[string]string{
			"":                                   `"totalMessages":4 "days":30,"start":"2024-01-17","end":"2024-02-15"`,
			"period=3660":                        `"totalMessages":5 "days":3660,"start":"2014-02-08","end":"2024-02-15"`,
			"clients=ada,nobody":                 `"totalMessages":2`,
			"clients=nobody":                     `"totalMessages":0`,
			"clients=%00":                        `"totalMessages":0`,
			"hours=0,9":                          `"totalMessages":1`,
			"weekdays=WEDNESDAY":                 `"totalMessages":2`,
			"kinds=image":                        `"totalMessages":1`,
			"models=gpt,llama&kinds=message":     `"totalMessages":2`,
			`models=""`:                          `"totalMessages":1`, // without a model
			`models=,"",llama,`:                  `"totalMessages":2`,
			`models="gpt","a,b",b"c,"d""e"`:      `"totalMessages":2`,
			`models=,,&clients=ada`:              `"totalMessages":2`,
			"hours=10&weekdays=THURSDAY&kinds=x": `"totalMessages":0`,
		} {
			got := f.ask(t, http.MethodGet, reader+"summary/shop?"+query)
			for _, part := range strings.Fields(want) {
				if got.StatusCode != http.StatusOK || !strings.Contains(got.body, part) {
					t.Errorf("%q: %d %s, want %s", query, got.StatusCode, got.body, part)
				}
			}
		}
	})
}

// total is what an export adds up to.
type total struct {
	messages int64
	cost     string
}

// export adds the rows of an export up, and finds none of them empty.
func (f *front) export(t *testing.T, query string) (sum total) {
	t.Helper()
	got := f.ask(t, http.MethodGet, reader+"export/shop?"+query)
	var rows []map[string]any
	if strings.Contains(query, "format=json") {
		var envelope struct{ Data []map[string]any }
		d := json.NewDecoder(strings.NewReader(got.body))
		d.UseNumber()
		if err := d.Decode(&envelope); err != nil {
			t.Fatalf("%s: %v: %s", query, err, got.body)
		}
		rows = envelope.Data
	} else {
		lines, err := csv.NewReader(strings.NewReader(got.body)).ReadAll()
		if err != nil || len(lines) == 0 {
			t.Fatalf("%s: %v: %s", query, err, got.body)
		}
		names := map[string]string{"Messages": "messages", "Cost (EUR)": "cost", "Price (EUR)": "price"}
		for _, line := range lines[1:] {
			row := map[string]any{}
			for i, cell := range line {
				row[names[lines[0][i]]] = json.Number(cell)
			}
			rows = append(rows, row)
		}
	}
	cost := new(big.Rat)
	for _, row := range rows {
		amount, messages := row["price"], int64(1)
		if n, daily := row["messages"].(json.Number); daily {
			amount = row["cost"]
			messages, _ = n.Int64()
		}
		number, _ := amount.(json.Number)
		exact, ok := new(big.Rat).SetString(number.String())
		if !ok || messages < 1 {
			t.Fatalf("%s: a row is %v", query, row)
		}
		sum.messages += messages
		cost.Add(cost, exact)
	}
	sum.cost = cost.FloatString(9)
	return sum
}

// Every export adds up to the figures of the same range and filter; what was
// taken back is in neither.
func TestExportAddsUpToTheFigures(t *testing.T) {
	t.Parallel()
	testkit.Each(t, func(t *testing.T, db *database.DB) {
		f := open(t, db, sample+"ada,2024-02-14 10:20:00,7,message,gpt\nbruno,2024-02-15 00:05:00,9,image,llama\n")
		var before struct {
			Data []struct {
				ID    string
				Price float64
			}
		}
		if err := json.Unmarshal([]byte(f.ask(t, http.MethodGet, reader+"export/shop?rows=usage&format=json").body), &before); err != nil {
			t.Fatal(err)
		}
		m := meter.Start(ledger.Open(db), meter.Options{Now: clock, Random: rand.Reader})
		for _, u := range before.Data {
			if u.Price < 7 {
				continue
			}
			if void, err := m.Void(auth.With(t.Context(), auth.Viewer{Role: auth.Admin}), "shop", u.ID, nil); err != nil || !void.Voided {
				t.Fatal(void, err)
			}
		}
		if err := m.Stop(context.Background()); err != nil {
			t.Fatal(err)
		}
		for query, messages := range map[string]int64{
			"":                                4,
			"&startDate=&endDate=&hours=":     4,
			"&clients=ada,nobody":             2,
			"&clients=nobody":                 0,
			"&hours=0,9":                      1,
			"&hours=10&weekdays=WEDNESDAY":    2,
			"&weekdays=THURSDAY":              2,
			"&kinds=image":                    1,
			"&models=gpt,llama&kinds=message": 2,
			"&models=llama&clients=bruno&hours=10&weekdays=THURSDAY&kinds=message": 1,
		} {
			var summary struct {
				Data struct {
					TotalCost     json.Number
					TotalMessages int64
				}
			}
			text := f.ask(t, http.MethodGet, reader+"summary/shop?days=30"+query).body
			if err := json.Unmarshal([]byte(text), &summary); err != nil {
				t.Fatal(err)
			}
			exact, ok := new(big.Rat).SetString(summary.Data.TotalCost.String())
			if !ok || summary.Data.TotalMessages != messages {
				t.Fatalf("%q: %s, want %d messages", query, text, messages)
			}
			want := total{messages, exact.FloatString(9)}
			for _, kind := range []string{"rows=daily&format=csv", "rows=daily&format=json", "rows=usage&format=csv", "rows=usage&format=json"} {
				if got := f.export(t, kind+"&days=30"+query); got != want {
					t.Errorf("%s%s: %+v, want %+v", kind, query, got, want)
				}
			}
		}
	})
}

func TestExport(t *testing.T) {
	t.Parallel()
	testkit.Each(t, func(t *testing.T, db *database.DB) {
		f := open(t, db, sample)
		const daily = "Date,Client Name,Client Phone,Cost (EUR),Messages\r\n2024-01-10,Ada,+393331112222,1,1\r\n2024-02-14,Ada,+393331112222,0.100000001,2\r\n2024-02-15,,,0.5,2\r\n"
		for query, want := range map[string]struct{ contentType, ending, body string }{
			"":                         {"text/csv; charset=utf-8", "csv", daily},
			"?format=csv&rows=daily":   {"text/csv; charset=utf-8", "csv", daily},
			"?rows=usage":              {"text/csv; charset=utf-8", "csv", ""},
			"?format=json&rows=usage&": {"application/json; charset=utf-8", "json", ""},
		} {
			name := `attachment; filename="usage-shop-2023-11-18-2024-02-15.` + want.ending + `"`
			for _, method := range []string{http.MethodGet, http.MethodHead} {
				got := f.ask(t, method, reader+"export/shop"+query)
				if got.StatusCode != http.StatusOK || got.Header.Get("Content-Type") != want.contentType || got.Header.Get("Content-Disposition") != name {
					t.Errorf("%s %s: %d %v", method, query, got.StatusCode, got.Header)
				}
				switch {
				case method == http.MethodHead && got.body != "", method == http.MethodGet && want.body != "" && got.body != want.body:
					t.Errorf("%s %s: %s", method, query, got.body)
				case want.ending == "json" && method == http.MethodGet && (!json.Valid([]byte(got.body)) || !strings.HasPrefix(got.body, `{"success":true,"data":[`)):
					t.Errorf("%s %s: %s", method, query, got.body)
				}
			}
		}
		if got := f.ask(t, http.MethodGet, reader+"export/a%3Ab?period=1").Header.Get("Content-Disposition"); got != `attachment; filename="usage-a_b-2024-02-15-2024-02-15.csv"` {
			t.Errorf("%s", got)
		}
	})
}

func TestErrors(t *testing.T) {
	t.Parallel()
	testkit.Each(t, func(t *testing.T, db *database.DB) {
		f := open(t, db, sample)
		for path, want := range map[string]string{
			"/api/usage/%s/shop":                                                "401 UNAUTHENTICATED",
			"/as/TRACK/*/api/usage/%s/shop":                                     "403 FORBIDDEN",
			"/as/TRACK/a:b/api/usage/%s/shop":                                   "403 FORBIDDEN",
			"/as/READ/a:b/api/usage/%s/shop":                                    "404 WORKSPACE_NOT_FOUND",
			"/as/READ/a:b/api/usage/%s/none":                                    "404 WORKSPACE_NOT_FOUND",
			reader + "%s/none":                                                  "404 WORKSPACE_NOT_FOUND",
			reader + "%s/%%00":                                                  "404 WORKSPACE_NOT_FOUND",
			reader + "%s/%%ff":                                                  "404 WORKSPACE_NOT_FOUND",
			reader + "%s/":                                                      "404 NOT_FOUND",
			reader + "%s/shop/more":                                             "404 NOT_FOUND",
			reader + "%s/shop?period=0":                                         "400 INVALID_RANGE",
			reader + "%s/shop?days=3661":                                        "400 INVALID_RANGE",
			reader + "%s/shop?period=ten":                                       "400 INVALID_RANGE",
			reader + "%s/shop?startDate=2024-02-30":                             "400 INVALID_RANGE",
			reader + "%s/shop?startDate=2024-02-01":                             "400 INVALID_RANGE",
			reader + "%s/shop?endDate=2024-02-01":                               "400 INVALID_RANGE",
			reader + "%s/shop?startDate=2024-02-02&endDate=2024-02-01":          "400 INVALID_RANGE",
			reader + "%s/shop?startDate=2014-01-01&endDate=2024-02-01":          "400 INVALID_RANGE",
			reader + "%s/shop?period=2&startDate=2024-02-02&endDate=2024-02-02": "400 INVALID_RANGE",
			reader + "%s/shop?period=2&days=2":                                  "400 INVALID_PARAMETER",
			reader + "%s/shop?period=2&period=2":                                "400 INVALID_PARAMETER",
			reader + "%s/shop?unknown=1":                                        "400 INVALID_PARAMETER",
			reader + "%s/shop?Period=1":                                         "400 INVALID_PARAMETER",
			reader + "%s/shop?hours=24":                                         "400 INVALID_PARAMETER",
			reader + "%s/shop?kinds=a%%0Ab":                                     "400 INVALID_PARAMETER",
			reader + "%s/shop?hours=-1":                                         "400 INVALID_PARAMETER",
			reader + "%s/shop?weekdays=FUNDAY":                                  "400 INVALID_PARAMETER",
			reader + "%s/shop?period=%%zz":                                      "400 INVALID_PARAMETER",
			reader + "%s/shop?period=1;days=2":                                  "400 INVALID_PARAMETER",
		} {
			for _, endpoint := range []string{"stats", "dashboard", "summary", "export"} {
				at := fmt.Sprintf(path, endpoint)
				got := f.ask(t, http.MethodGet, at)
				if text := fmt.Sprintf("%d %s", got.StatusCode, got.code(t)); text != want {
					t.Errorf("%s: %s, want %s", at, text, want)
				}
				if (got.StatusCode == http.StatusUnauthorized) != (got.Header.Get("WWW-Authenticate") == "Bearer") {
					t.Errorf("%s: WWW-Authenticate is %q", at, got.Header.Get("WWW-Authenticate"))
				}
				if got.Header.Get("Content-Disposition") != "" {
					t.Errorf("%s: an error to save as a file", at)
				}
			}
		}
		for _, query := range []string{"format=xml", "rows=weekly", "format=csv&format=csv"} {
			if got := f.ask(t, http.MethodGet, reader+"export/shop?"+query); got.StatusCode != http.StatusBadRequest || got.code(t) != "INVALID_PARAMETER" {
				t.Errorf("%s: %d %s", query, got.StatusCode, got.body)
			}
		}
		if got := f.ask(t, http.MethodGet, reader+"stats/shop?format=csv"); got.StatusCode != http.StatusBadRequest {
			t.Errorf("format of stats: %d", got.StatusCode)
		}
		for _, method := range []string{http.MethodPost, http.MethodPut, http.MethodDelete, http.MethodPatch} {
			got := f.ask(t, method, reader+"stats/shop")
			allowed := strings.Split(got.Header.Get("Allow"), ", ")
			if got.StatusCode != http.StatusMethodNotAllowed || !slices.Equal(allowed, []string{"GET", "HEAD"}) || got.code(t) == "" {
				t.Errorf("%s: %d, Allow %q", method, got.StatusCode, allowed)
			}
		}
		// Who may not see a workspace can't tell it from one that isn't there.
		for _, at := range []string{"/as/READ/a:b/api/usage/summary/", reader + "summary/"} {
			mine, none := f.ask(t, http.MethodGet, at+"shop").body, f.ask(t, http.MethodGet, at+"none").body
			if strings.HasPrefix(at, "/as/READ/a:b") && mine != strings.Replace(none, "none", "shop", 1) {
				t.Errorf("%s and %s differ", mine, none)
			}
		}
	})
}

func TestFaultsOfTheServer(t *testing.T) {
	t.Parallel()
	testkit.Each(t, func(t *testing.T, db *database.DB) {
		f := open(t, db, sample)
		expired, cancel := context.WithDeadline(t.Context(), time.Unix(0, 0))
		defer cancel()
		for _, endpoint := range []string{"summary", "export"} {
			w := httptest.NewRecorder()
			f.server.Config.Handler.ServeHTTP(w, httptest.NewRequestWithContext(expired, http.MethodGet, reader+endpoint+"/shop", nil))
			got := answer{w.Result(), w.Body.String()}
			if code := got.code(t); got.StatusCode != http.StatusServiceUnavailable || code != "UNAVAILABLE" || got.Header.Get("Retry-After") == "" {
				t.Errorf("%s out of time: %d %s %v", endpoint, got.StatusCode, code, got.Header)
			}
		}
		if err := db.Close(); err != nil {
			t.Fatal(err)
		}
		for _, endpoint := range []string{"summary", "export"} {
			got := f.ask(t, http.MethodGet, reader+endpoint+"/shop")
			if code := got.code(t); got.StatusCode != http.StatusInternalServerError || code != "INTERNAL" {
				t.Errorf("%s of a closed database: %d %s", endpoint, got.StatusCode, code)
			}
			if strings.Contains(got.body, "closed") || !strings.Contains(f.log.String(), "closed") {
				t.Errorf("the cause is not in the log alone: %s, log %s", got.body, f.log)
			}
		}
	})
}

// slow is a clock that shows more time at each look. Once a piece of the answer
// was flushed, it stands still until the client has seen a row.
type slow struct {
	http.ResponseWriter
	t       *testing.T
	looks   atomic.Int64
	flushed atomic.Bool
	waited  atomic.Bool
	seen    chan struct{}
}

func (s *slow) now() time.Time {
	if s.flushed.Load() && !s.waited.Swap(true) {
		select {
		case <-s.seen:
		case <-s.t.Context().Done():
		case <-time.After(10 * time.Second):
			s.t.Error("the client has seen no row")
		}
	}
	return clock().Add(time.Duration(s.looks.Add(1)) * time.Second)
}

func (s *slow) Flush() {
	_ = http.NewResponseController(s.ResponseWriter).Flush()
	s.flushed.Store(true)
}

// A row is at the client before the next is read, packed or not, where rows
// are slow to come.
func TestExportGoesOutAsItComes(t *testing.T) {
	t.Parallel()
	testkit.Each(t, func(t *testing.T, db *database.DB) {
		open(t, db, sample)
		for query, row := range map[string]struct{ first, last string }{
			"rows=usage&format=csv":  {"message,gpt,,,1\r\n", "llama,,,0.25\r\n"},
			"rows=usage&format=json": {`"price":1}`, `"meta"`},
			"rows=daily&format=csv":  {"2024-01-10,Ada,+393331112222,1,1\r\n", ",0.5,2\r\n"},
			"rows=daily&format=json": {`"cost":1,"messages":1}`, `"meta"`},
		} {
			for _, coding := range []string{"gzip", "identity"} {
				watch(t, db, query, coding, row.first, row.last)
			}
		}
	})
}

// watch asks for an export and reads up to its first row, then to its last.
func watch(t *testing.T, db *database.DB, query, coding, first, last string) {
	t.Helper()
	s := &slow{t: t, seen: make(chan struct{})}
	packing, err := gzhttp.NewWrapper()
	if err != nil {
		t.Fatal(err)
	}
	api := packing(rest.New(rest.Deps{Book: ledger.Open(db), Now: s.now}))
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.ResponseWriter = w
		api.ServeHTTP(s, r.WithContext(auth.With(r.Context(), auth.Viewer{Role: auth.Reader})))
	}))
	defer server.Close()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, server.URL+"/api/usage/export/shop?"+query, nil)
	if err != nil {
		t.Fatal(err)
	}
	if coding != "gzip" { // which the client asks for, and unpacks, by itself
		r.Header.Set("Accept-Encoding", coding)
	}
	resp, err := server.Client().Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if resp.Uncompressed != (coding == "gzip") {
		t.Errorf("%s: unpacked %v, want %s", query, resp.Uncompressed, coding)
	}
	var text []byte
	for piece := make([]byte, 4096); !strings.Contains(string(text), first); {
		n, err := resp.Body.Read(piece)
		if text = append(text, piece[:n]...); err != nil && !strings.Contains(string(text), first) {
			t.Fatalf("%s, %s: %v: %s", query, coding, err, text)
		}
	}
	if strings.Contains(string(text), last) {
		t.Errorf("%s, %s: it came at once: %s", query, coding, text)
	}
	close(s.seen)
	more, err := io.ReadAll(resp.Body)
	if err != nil || !strings.Contains(string(more), last) || !s.waited.Load() {
		t.Errorf("%s, %s: %v, after the first row: %s", query, coding, err, more)
	}
}

// cutting is a client that goes away after some bytes.
type cutting struct {
	*httptest.ResponseRecorder
	room int
}

func (c *cutting) Write(p []byte) (int, error) {
	if c.room -= len(p); c.room < 0 {
		return 0, errors.New("gone")
	}
	return c.ResponseRecorder.Write(p) //nolint:wrapcheck // it never fails
}

func TestExportBrokenOffIsNotTakenForWhole(t *testing.T) {
	t.Parallel()
	testkit.Each(t, func(t *testing.T, db *database.DB) {
		var answers strings.Builder
		answers.WriteString("clientId\n")
		for range 2000 {
			answers.WriteString("ada\n")
		}
		f := open(t, db, answers.String())
		r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, reader+"export/shop?rows=usage", nil)
		defer func() {
			if got := recover(); got != http.ErrAbortHandler { //nolint:errorlint // as net/http compares it
				t.Errorf("the connection is not broken: %v", got)
			}
			if !strings.Contains(f.log.String(), "gone") {
				t.Errorf("the cause is not logged: %s", f.log)
			}
		}()
		f.server.Config.Handler.ServeHTTP(&cutting{httptest.NewRecorder(), 50_000}, r)
		t.Error("the export ended as if whole")
	})
}
