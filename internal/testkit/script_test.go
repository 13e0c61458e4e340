package testkit_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/contatore/contatore/internal/database"
	"github.com/contatore/contatore/internal/testkit"
)

const begin = `# A workspace with one answer, on line 5.
workspace zone=Europe/Rome
customer ada "Ada # Bianchi"
now 2024-01-20T12:00 # noon
track 2024-01-10T09:00 ada 0.5 key=k
`

// A script that does not hold must say where: each text follows begin, whose
// last line is the 5th.
func TestScriptsTellWhatIsWrong(t *testing.T) {
	t.Parallel()
	db := testkit.SQLite(t, database.Options{})
	for name, c := range map[string]struct{ text, want string }{
		"right":                    {"stats\n totalCost 0.5\n topClients\n  ada \"Ada # Bianchi\" - 1 0.5 1\n peakHour 9 1 0.5\n heatmap WEDNESDAY 9 1 0.5", ""},
		"a wrong figure":           {"stats\n totalCost 0.50", ":7: totalCost is 0.5, not 0.50"},
		"a wrong entry":            {"stats\n dailyUsage\n  2024-01-10 2 0.5", ":8: dailyUsage is 2024-01-10 1 0.5, not 2024-01-10 2 0.5"},
		"an entry too many":        {"stats\n dailyUsage\n  2024-01-10 1 0.5\n  2024-01-11 1 1", ":9: dailyUsage has no entry for 2024-01-11 1 1"},
		"an entry missing":         {"stats\n byKind none", `:7: byKind has "message" 1 0.5 more`},
		"none where there is some": {"stats\n peakHour none", ":7: peakHour has 9 1 0.5 more"},
		"two wrong figures":        {"stats\n totalCost 1\n totalMessages 2", ":7: totalCost is 0.5, not 1\nPATH:8: totalMessages is 1, not 2"},
		"a wrong fate":             {"track 2024-01-10T09:00 ada 0.5 key=k", ":6: the answer is DUPLICATE, not TRACKED"},
		"a wrong fate expected":    {"track 2024-01-10T09:00 eve 0.5 => CUSTOMER_INACTIVE", ":6: the answer is CUSTOMER_NOT_FOUND (The workspace has no customer"},
		"the wrong error":          {"stats last=0\n error INVALID", `:7: the error is "INVALID_RANGE"`},
		"no error":                 {"stats last=1\n error INVALID", `:7: the error is ""`},
		"an error unforeseen":      {"stats last=0\n totalCost 0", ":6: "},
		"an unknown verb":          {"\n\ntrcak", ":8: unknown verb trcak"},
		"an unknown option":        {"track 2024-01-10T09:00 ada 0.5 knid=image", ":6: unknown option knid"},
		"an unknown filter":        {"stats client=ada\n totalCost 0", ":6: unknown option client"},
		"an unknown widget":        {"stats\n totalcost 0", ":7: unknown widget totalcost"},
		"nothing expected":         {"stats\n totalCost 0.5\n topClients first=2", ":8: topClients expects nothing"},
		"an open quote":            {`customer bea "Bea`, ":6: a quote is not closed"},
		"no time":                  {"track yesterday ada 1", `:6: "yesterday" is not a time`},
		"a time that is not":       {"track 2023-03-26T02:30 ada 1", ":6: the clock shows 2023-03-26T02:30 twice or never"},
		"a time that is twice":     {"track 2023-10-29T02:30 ada 1", ":6: the clock shows 2023-10-29T02:30 twice or never"},
		"a void of nothing":        {"void l", ":6: void wants the key"},
		"a line below another":     {"rebuild\n totalCost 1", ":6: nothing stands below rebuild"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			path := filepath.Join(t.TempDir(), "script.txt")
			if err := os.WriteFile(path, []byte(begin+c.text), 0o600); err != nil {
				t.Fatal(err)
			}
			err := testkit.Script(t.Context(), db, path)
			if c.want == "" {
				if err != nil {
					t.Error(err)
				}
			} else if err == nil || !strings.HasPrefix(err.Error(), path+strings.ReplaceAll(c.want, "PATH", path)) {
				t.Errorf("error %v, want %s", err, c.want)
			}
		})
	}
}
