package analytics_test

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/contatore/contatore/internal/database"
	"github.com/contatore/contatore/internal/testkit"
)

// The figures as a reader can check them: testdata/README.md has the form.
func TestScripts(t *testing.T) {
	t.Parallel()
	paths, err := filepath.Glob("testdata/*.txt")
	if err != nil || len(paths) == 0 {
		t.Fatalf("no scripts: %v", err)
	}
	testkit.Each(t, func(t *testing.T, db *database.DB) {
		for _, path := range paths {
			t.Run(strings.TrimSuffix(filepath.Base(path), ".txt"), func(t *testing.T) {
				t.Parallel()
				if err := testkit.Script(t.Context(), db, path); err != nil {
					t.Error(err)
				}
			})
		}
	})
}
