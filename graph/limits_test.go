package graph_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/contatore/contatore/internal/database"
	"github.com/contatore/contatore/internal/testkit"
)

// repeated is n pieces, each with its number in it.
func repeated(n int, format string) string {
	var b strings.Builder
	for i := range n {
		b.WriteString(strings.ReplaceAll(format, "#", fmt.Sprint(i)))
	}
	return b.String()
}

// bomb is n fragments, each of which unfolds to twice the next.
func bomb(n int, on, before, after, leaf string) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "fragment f%d on %s { %s ...f%d %s %s ...f%d %s } ", i, on, before, i+1, after, before, i+1, after)
	}
	fmt.Fprintf(&b, "fragment f%d on %s { %s }", n, on, leaf)
	return b.String()
}

// Each limit lets through what is at it, and refuses what is beyond in a
// sentence that tells it.
func TestLimits(t *testing.T) {
	t.Parallel()
	h := open(t, testkit.SQLiteURL(t))
	deep := func(n int) string { // fields
		return `{ __type(name: "ID") ` + strings.Repeat("{ ofType ", n-2) + "{ name }" + strings.Repeat(" }", n-1)
	}
	for name, c := range map[string]struct {
		within, beyond string
		limit          string
	}{
		"depth": {deep(20), deep(21), "20"},
		"aliases": {
			"{" + repeated(100, `a#: viewer { role } `) + "}", "{" + repeated(101, `a#: viewer { role } `) + "}", "100",
		},
		"aliases in a fragment": {
			"{ " + repeated(50, `a#: viewer { ...f } `) + "} fragment f on Viewer { b: role }", "{ " + repeated(51, `a#: viewer { ...f } `) + "} fragment f on Viewer { b: role }", "100",
		},
		"aliases of the schema": {
			"{" + repeated(10, `a#: __typename `) + "}", `{ __schema { types {` + repeated(11, `a#: description `) + "} } }", "10",
		},
		"complexity": {
			`{ workspaces(first: 194) { edges { node { stats { totalCost } } } } }`, `{ workspaces(first: 195) { edges { node { stats { totalCost } } } } }`, "20000",
		},
		"complexity of the last entries": {
			`{ workspaces(last: 194) { edges { node { stats { ... { totalCost } } } } } }`, `{ workspaces(last: 195) { edges { node { stats { ... { totalCost } } } } } }`, "20000",
		},
		"complexity of the default page": {
			`{` + repeated(3, `w#: workspaces { edges { node { stats { totalCost } } } } `) + `}`, `{` + repeated(4, `w#: workspaces { edges { node { stats { totalCost } } } } `) + `}`, "20000",
		},
		"complexity of the keys": {
			"{ apiKeys { " + strings.Repeat("id ", 399) + "} }", "{ apiKeys { " + strings.Repeat("id ", 400) + "} }", "20000",
		},
		"complexity of forecasts": {
			`{ workspaces(first: 98) { edges { node { stats { forecast { method } } } } } }`, `{ workspaces(first: 99) { edges { node { stats { forecast { method } } } } } }`, "20000",
		},
		"page": {
			`{ customers(first: 500) { edges { node { id } } } }`, `{ customers(first: 501) { edges { node { id } } } }`, "500",
		},
		"page from the end": {
			`{ usages(last: 500) { edges { node { id } } } }`, `{ usages(last: 501) { edges { node { id } } } }`, "500",
		},
		"words": {
			"{ viewer {" + strings.Repeat("role ", 1999) + "} }", "{ viewer {" + strings.Repeat("role ", 2000) + "} }", "2000",
		},
		"variables": {
			"query(" + repeated(999, "$a#: Int ") + `) { stats(workspaceId: "shop", filter: {hours: 1}) { days } }`, // none is used
			"query(" + repeated(1000, "$a#: Int! ") + `) { stats(workspaceId: "shop", filter: {hours: [` + repeated(1000, "$a# ") + `]}) { days } }`, "2000",
		},
		"conditions": {
			`{ customers(where: {clientIdIn: [` + repeated(97, `"c#" `) + `]}) { totalCount } }`, `{ customers(where: {clientIdIn: [` + repeated(98, `"c#" `) + `]}) { totalCount } }`, "100",
		},
	} {
		if got := h.ask(t, admin, c.within, nil); got.code() != "" && got.code() != "GRAPHQL_VALIDATION_FAILED" {
			t.Errorf("%s: at the limit: %.500s", name, got.text)
		}
		if got := h.ask(t, admin, c.beyond, nil); got.code() != "TOO_COMPLEX" || !strings.Contains(got.body.Errors[0].Message, c.limit) {
			t.Errorf("%s: beyond the limit: %.500s", name, got.text)
		}
	}
}

// The work on a document is bounded, whatever it unfolds to and whoever sends
// it. Without that, these don't end, or end the process.
func TestDocumentsThatExplode(t *testing.T) {
	t.Parallel()
	h := open(t, testkit.SQLiteURL(t))
	for name, c := range map[string]struct{ document, keyless, keyed string }{
		"fields":           {"{ viewer { ...f0 } } " + bomb(60, "Viewer", "", "", "role"), "UNAUTHENTICATED", "TOO_COMPLEX"},
		"nested fields":    {"{ ...f0 } " + bomb(60, "Query", "workspaces { edges { node { stats { days } } } }", "", "__typename"), "UNAUTHENTICATED", "TOO_COMPLEX"},
		"nothing":          {"{ ...f0 } " + bomb(60, "Query", "", "", "__typename"), "TOO_COMPLEX", "TOO_COMPLEX"},
		"inline fragments": {"{ ...f0 } " + bomb(60, "Query", "... { ...on Query {", "} }", "__typename"), "TOO_COMPLEX", "TOO_COMPLEX"},
		"the schema":       {"{ __schema { types { ...f0 } } } " + bomb(60, "__Type", "ofType {", "}", "name"), "TOO_COMPLEX", "TOO_COMPLEX"},
		"the schema, aliased": {
			"{ __schema { types { " + repeated(10, "a#: fields { "+repeated(10, "b#: args { name } ")+"} ") + "} } }", "TOO_COMPLEX", "TOO_COMPLEX",
		},
		"one field again and again": {"{ viewer {" + strings.Repeat("role ", 1_600_000) + "} }", "UNAUTHENTICATED", "TOO_COMPLEX"},
		"a short one so":            {"{ viewer {" + strings.Repeat("id ", 5_000) + "} }", "TOO_COMPLEX", "TOO_COMPLEX"},
		"a long chain":              {"{ ...f0 } " + repeated(4_000, "fragment f# on Query { viewer { role } ...f# ...f# } "), "UNAUTHENTICATED", "TOO_COMPLEX"},
		"one that overflowed the stack": {
			"{ ...f0 } " + func() string {
				var b strings.Builder
				for i := range 4_000 {
					fmt.Fprintf(&b, "fragment f%d on Query { ...f%d ...f%d } ", i, i+1, i+2)
				}
				return b.String() + "fragment f4000 on Query { __typename } fragment f4001 on Query { __typename }"
			}(), "UNAUTHENTICATED", "TOO_COMPLEX",
		},
		"many names that are not": {"{" + repeated(1_900, "a# ") + "}", "GRAPHQL_VALIDATION_FAILED", "GRAPHQL_VALIDATION_FAILED"},
		"many arguments":          {"{ viewer(" + repeated(100_000, "a#: 1 ") + ") { role } }", "UNAUTHENTICATED", "GRAPHQL_VALIDATION_FAILED"},
		"many aliases":            {"{" + repeated(900, "a#: __typename ") + "}", "TOO_COMPLEX", "TOO_COMPLEX"},
		"many operations":         {strings.Repeat("{ __typename } ", 1_000), "GRAPHQL_VALIDATION_FAILED", "GRAPHQL_VALIDATION_FAILED"},
		"deep values":             {"{ stats(workspaceId: " + strings.Repeat("[", 1<<20), "UNAUTHENTICATED", "GRAPHQL_PARSE_FAILED"},
	} {
		for v, want := range map[viewer]string{nobody: c.keyless, admin: c.keyed} {
			if got := h.ask(t, v, c.document, nil); got.code() != want || len(got.text) > 10_000 {
				t.Errorf("%s: %s: %d bytes, %.300s, want %s", v, name, len(got.text), got.text, want)
			}
		}
	}
}

func TestBatchLimit(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h *house) {
		const event = `{workspaceId: "shop", clientId: "ada", price: 0.125, inputTokens: 5} `
		asVariable := func(n int) answer {
			list := strings.TrimSuffix(strings.Repeat(jsonOf(strings.TrimSpace(event))+",", n), ",")
			return h.ask(t, admin, `mutation($inputs: [TrackUsageInput!]!) { trackUsageBatch(inputs: $inputs) { tracked rejected } }`, json.RawMessage(`{"inputs": [`+list+`]}`))
		}
		asLiteral := func(n int) answer {
			return h.ask(t, admin, `mutation { trackUsageBatch(inputs: [`+strings.Repeat(event, n)+`]) { tracked rejected } }`, nil)
		}
		for _, send := range []func(int) answer{asVariable, asLiteral} {
			if got := send(10_001); got.code() != "TOO_COMPLEX" || !strings.Contains(got.body.Errors[0].Message, "10000") {
				t.Errorf("10,001: %.300s", got.text)
			}
		}
		if got := h.data(t, admin, `{ usages { totalCount } stats(workspaceId: "shop") { totalMessages } }`, nil); got != `{"usages":{"totalCount":0},"stats":{"totalMessages":0}}` {
			t.Errorf("a refused batch is counted: %s", got)
		}
		send := asVariable
		if h.db.Dialect() == database.SQLite {
			send = asLiteral
		}
		if got := send(10_000); string(got.body.Data) != `{"trackUsageBatch":{"tracked":10000,"rejected":0}}` {
			t.Errorf("10,000: %.300s", got.text)
		}
		if got := h.data(t, admin, `{ stats(workspaceId: "shop") { totalCost totalMessages } }`, nil); got != `{"stats":{"totalCost":1250,"totalMessages":10000}}` {
			t.Errorf("%s", got)
		}
	})
}
