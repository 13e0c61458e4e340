package database_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/contatore/contatore/ent"
	"github.com/contatore/contatore/ent/customer"
	"github.com/contatore/contatore/ent/scope"
	"github.com/contatore/contatore/internal/database"
	"github.com/contatore/contatore/internal/fault"
	"github.com/contatore/contatore/internal/testkit"
)

func TestWriteCommits(t *testing.T) {
	t.Parallel()
	testkit.EachURL(t, func(t *testing.T, url string) {
		db := testkit.Open(t, url, database.Options{})
		table(t, db)
		runs := 0
		err := db.Write(t.Context(), func(tx *database.Tx) error {
			runs++
			result, err := tx.Exec(t.Context(), "UPDATE notes SET text = $1 WHERE id >= $2", "new", 1)
			if err != nil {
				return err
			}
			if n, err := result.RowsAffected(); n != 2 || err != nil {
				t.Errorf("%d rows (%v)", n, err)
			}
			if got := text(t, tx, "SELECT text FROM notes WHERE id = 1"); got != "new" {
				t.Errorf("the transaction doesn't see its own row: %q", got)
			}
			if got := text(t, db.Reader(), "SELECT text FROM notes WHERE id = 1"); got != "one" {
				t.Errorf("others see it before the commit: %q", got)
			}
			return nil
		})
		if err != nil || runs != 1 {
			t.Errorf("%d runs, %v", runs, err)
		}
		other := testkit.Open(t, url, database.Options{})
		if got := texts(t, other.Reader(), "SELECT text FROM notes"); strings.Join(got, "+") != "new+new" {
			t.Errorf("stored: %q", got)
		}
	})
}

func TestWriteRollsBack(t *testing.T) {
	t.Parallel()
	testkit.Each(t, func(t *testing.T, db *database.DB) {
		table(t, db)
		own := errors.New("changed my mind")
		for name, end := range map[string]func(tx *database.Tx) error{
			"an error": func(*database.Tx) error { return own },
			"a fault":  func(*database.Tx) error { return fault.Wrap(own, fault.Conflict, "No.") },
			"a statement that fails": func(tx *database.Tx) error {
				_, err := tx.Exec(t.Context(), "INSERT INTO notes VALUES (2, 'again')")
				if !database.IsDuplicate(err) {
					t.Errorf("error %v", err)
				}
				return errors.Join(err, own)
			},
		} {
			runs := 0
			err := db.Write(t.Context(), func(tx *database.Tx) error {
				runs++
				if _, err := tx.Exec(t.Context(), "DELETE FROM notes WHERE id = 1"); err != nil {
					return err
				}
				return end(tx)
			})
			if !errors.Is(err, own) || runs != 1 {
				t.Errorf("%s: %d runs, %v", name, runs, err)
			}
			if got := text(t, db.Reader(), "SELECT count(*) FROM notes"); got != "2" {
				t.Errorf("%s: %s rows", name, got)
			}
		}
		func() {
			defer func() {
				if recover() == nil {
					t.Error("the panic is swallowed")
				}
			}()
			_ = db.Write(t.Context(), func(tx *database.Tx) error {
				if _, err := tx.Exec(t.Context(), "DELETE FROM notes"); err != nil {
					return err
				}
				panic("no")
			})
		}()
		if got := text(t, db.Reader(), "SELECT count(*) FROM notes"); got != "2" {
			t.Errorf("after a panic: %s rows", got)
		}
		write(t, db, "DELETE FROM notes") // nothing keeps the writer
	})
}

// Increments that read, then write, are neither lost nor refused, from however
// many handles they come.
func TestWritersFromSeveralNodes(t *testing.T) {
	t.Parallel()
	testkit.EachURL(t, func(t *testing.T, url string) {
		table(t, testkit.Open(t, url, database.Options{}))
		var nodes sync.WaitGroup
		for range 4 {
			db := testkit.Open(t, url, database.Options{})
			for range 2 {
				nodes.Go(func() {
					for range 10 {
						if err := db.Write(t.Context(), func(tx *database.Tx) error {
							_, err := tx.Exec(t.Context(), "UPDATE notes SET id = id + 10 WHERE text = 'one'")
							return err
						}); err != nil {
							t.Error(err)
						}
					}
				})
			}
		}
		nodes.Wait()
		if got := text(t, testkit.Open(t, url, database.Options{}).Reader(), "SELECT id FROM notes WHERE text = 'one'"); got != "801" {
			t.Errorf("%s, want 801", got)
		}
	})
}

// A serializable transaction whose rows another one changed meanwhile.
func TestWriteRunsAgainAfterASerializationFailure(t *testing.T) {
	t.Parallel()
	db := testkit.Postgres(t, database.Options{})
	table(t, db)
	runs := 0
	err := db.Write(t.Context(), func(tx *database.Tx) error {
		runs++
		if _, err := tx.Exec(t.Context(), "SET TRANSACTION ISOLATION LEVEL SERIALIZABLE"); err != nil {
			return err
		}
		before := text(t, tx, "SELECT text FROM notes WHERE id = 1")
		if runs == 1 {
			write(t, db, "UPDATE notes SET text = 'theirs' WHERE id = 1")
		}
		_, err := tx.Exec(t.Context(), "UPDATE notes SET text = $1 WHERE id = 1", before+" and mine")
		return err
	})
	if err != nil || runs != 2 {
		t.Errorf("%d runs, %v", runs, err)
	}
	if got := text(t, db.Reader(), "SELECT text FROM notes WHERE id = 1"); got != "theirs and mine" {
		t.Errorf("stored %q", got)
	}
}

// Two serializable transactions that each read what the other one writes: only
// the commit of the second one can find out.
func TestWriteRunsAgainAfterARefusedCommit(t *testing.T) {
	t.Parallel()
	db := testkit.Postgres(t, database.Options{})
	table(t, db)
	serializable := func(tx *database.Tx, read, written string) error {
		if _, err := tx.Exec(t.Context(), "SET TRANSACTION ISOLATION LEVEL SERIALIZABLE"); err != nil {
			return err
		}
		seen, err := tryTexts(t.Context(), tx, "SELECT text FROM notes WHERE id = $1", read)
		if err != nil {
			return err
		}
		_, err = tx.Exec(t.Context(), "UPDATE notes SET text = $2 WHERE id = $1", written, seen[0]+"?")
		return err
	}
	runs := 0
	err := db.Write(t.Context(), func(tx *database.Tx) error {
		runs++
		if err := serializable(tx, "1", "2"); err != nil || runs > 1 {
			return err
		}
		return db.Write(t.Context(), func(tx *database.Tx) error { return serializable(tx, "2", "1") })
	})
	if err != nil || runs != 2 {
		t.Errorf("%d runs, %v", runs, err)
	}
	if got := texts(t, db.Reader(), "SELECT text FROM notes ORDER BY id"); strings.Join(got, ", ") != "two?, two??" {
		t.Errorf("stored %q", got)
	}
}

func TestWriteRunsAgainAfterADeadlock(t *testing.T) {
	t.Parallel()
	db := testkit.Postgres(t, database.Options{})
	table(t, db)
	var (
		writers, bothHold sync.WaitGroup
		runs              [2]int
	)
	bothHold.Add(2)
	for i, order := range [][2]int{{1, 2}, {2, 1}} {
		writers.Go(func() {
			if err := db.Write(t.Context(), func(tx *database.Tx) error {
				runs[i]++
				if _, err := tx.Exec(t.Context(), "SET LOCAL deadlock_timeout = '10ms'"); err != nil {
					return err
				}
				for j, id := range order {
					if _, err := tx.Exec(t.Context(), "UPDATE notes SET text = text || '.' WHERE id = $1", id); err != nil {
						return err
					}
					if j == 0 && runs[i] == 1 {
						bothHold.Done()
						bothHold.Wait()
					}
				}
				return nil
			}); err != nil {
				t.Error(err)
			}
		})
	}
	writers.Wait()
	if runs[0]+runs[1] != 3 {
		t.Errorf("runs %d, want one of the two to run twice", runs)
	}
	if got := texts(t, db.Reader(), "SELECT text FROM notes ORDER BY id"); strings.Join(got, " ") != "one.. two.." {
		t.Errorf("stored %q", got)
	}
}

// impatient makes the writer's connection fail at once where it would wait for
// another process.
func impatient(t *testing.T, db *database.DB) {
	t.Helper()
	if err := db.Write(t.Context(), func(tx *database.Tx) error {
		_, err := tryTexts(t.Context(), tx, "PRAGMA busy_timeout = 0")
		return err
	}); err != nil {
		t.Fatal(err)
	}
}

func TestWriteRunsAgainAfterSQLiteWasBusy(t *testing.T) {
	t.Parallel()
	url := testkit.SQLiteURL(t)
	db, other := testkit.Open(t, url, database.Options{}), testkit.Open(t, url, database.Options{})
	table(t, db)
	impatient(t, other)
	runs, others := 0, 0
	err := db.Write(t.Context(), func(tx *database.Tx) error {
		runs++
		if _, err := tx.Exec(t.Context(), "UPDATE notes SET text = text || '.'"); err != nil || runs > 1 {
			return err
		}
		// The other handle can't even begin, however often it tries; its error
		// is a real SQLITE_BUSY.
		return other.Write(t.Context(), func(*database.Tx) error { others++; return nil })
	})
	if err != nil || runs != 2 || others != 0 {
		t.Errorf("%d runs and %d of the other handle, %v", runs, others, err)
	}
	if got := texts(t, db.Reader(), "SELECT text FROM notes ORDER BY id"); strings.Join(got, " ") != "one. two." {
		t.Errorf("stored %q", got)
	}
}

func TestABusySQLiteIsUnavailable(t *testing.T) {
	t.Parallel()
	url := testkit.SQLiteURL(t)
	db, other := testkit.Open(t, url, database.Options{}), testkit.Open(t, url, database.Options{})
	impatient(t, other)
	if err := db.Write(t.Context(), func(*database.Tx) error {
		err := other.Write(t.Context(), func(*database.Tx) error {
			t.Error("two transactions write at once")
			return nil
		})
		wantFault(t, err, fault.Unavailable, "away or too busy")
		return nil
	}); err != nil {
		t.Error(err)
	}
	write(t, other, "DELETE FROM customers") // now there is room
}

// kill ends the connection that a transaction works on, from outside.
func kill(t *testing.T, db *database.DB, tx *database.Tx) {
	t.Helper()
	pid := text(t, tx, "SELECT pg_backend_pid()")
	if gone := text(t, db.Reader(), "SELECT pg_terminate_backend("+pid+", 10000)"); gone != "true" {
		t.Fatalf("the connection lives on: %s", gone)
	}
}

// Once COMMIT was sent and no answer came, nobody knows what became of it: the
// transaction never runs again.
func TestWriteNeverRunsAgainAfterACommitOfUnknownOutcome(t *testing.T) {
	t.Parallel()
	db := testkit.Postgres(t, database.Options{})
	table(t, db)
	runs := 0
	err := db.Write(t.Context(), func(tx *database.Tx) error {
		runs++
		_, err := tx.Exec(t.Context(), "DELETE FROM notes")
		kill(t, db, tx)
		return err
	})
	wantFault(t, err, fault.Unavailable, "away or too busy")
	if runs != 1 {
		t.Errorf("%d runs", runs)
	}
	if got := text(t, db.Reader(), "SELECT count(*) FROM notes"); got != "2" {
		t.Errorf("%s rows", got)
	}
}

func TestWriteRunsAgainWhereTheConnectionIsLostBeforeTheCommit(t *testing.T) {
	t.Parallel()
	db := testkit.Postgres(t, database.Options{})
	table(t, db)
	runs := 0
	err := db.Write(t.Context(), func(tx *database.Tx) error {
		runs++
		if _, err := tx.Exec(t.Context(), "UPDATE notes SET text = text || '.' WHERE id = 1"); err != nil {
			return err
		}
		if runs == 1 {
			kill(t, db, tx)
		}
		_, err := tx.Exec(t.Context(), "UPDATE notes SET text = text || '.' WHERE id = 2")
		return err
	})
	if err != nil || runs != 2 {
		t.Errorf("%d runs, %v", runs, err)
	}
	if got := texts(t, db.Reader(), "SELECT text FROM notes ORDER BY id"); strings.Join(got, " ") != "one. two." {
		t.Errorf("stored %q", got)
	}
}

// A server that comes back finds the pool full of dead connections.
func TestAPoolOfDeadConnectionsRecovers(t *testing.T) {
	t.Parallel()
	url := testkit.PostgresURL(t)
	db, other := testkit.Open(t, url, database.Options{}), testkit.Open(t, url, database.Options{})
	table(t, db)
	for what, use := range map[string]func() error{
		"ping":  func() error { return db.Ping(t.Context()) },
		"ready": func() error { return db.Ready(t.Context()) },
		"write": func() error {
			return db.Write(t.Context(), func(tx *database.Tx) error {
				_, err := tx.Exec(t.Context(), "UPDATE notes SET text = 'here'")
				return err
			})
		},
		"read": func() error {
			return db.Read(t.Context(), func(tx *database.Tx) error {
				_, err := tryTexts(t.Context(), tx, "SELECT 1")
				return err
			})
		},
	} {
		texts(t, other.Reader(), "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()")
		if err := use(); err != nil {
			t.Errorf("%s: %v", what, err)
		}
	}
}

// ending is a context that ends on demand, with the error of one whose caller
// went away or whose time is up.
type ending struct {
	context.Context
	done chan struct{}
	err  error
}

func (e ending) Done() <-chan struct{} { return e.done }

func (e ending) Err() error {
	select {
	case <-e.done:
		return e.err
	default:
		return nil
	}
}

func TestAStatementThatIsEndedFromOutside(t *testing.T) {
	t.Parallel()
	const long = "WITH RECURSIVE n(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < 200000000) SELECT count(*) FROM n"
	testkit.Each(t, func(t *testing.T, db *database.DB) {
		// underWay returns when the statement runs: before, a cancel would miss it.
		underWay := func(t *testing.T) {
			t.Helper()
			if db.Dialect() == database.SQLite {
				<-time.After(20 * time.Millisecond) // nobody can ask SQLite
				return
			}
			for len(texts(t, db.Reader(), "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND state = 'active' AND query LIKE 'WITH RECURSIVE%'")) == 0 {
				continue
			}
		}
		for name, in := range map[string]func(ctx context.Context, fn func(tx *database.Tx) error) error{"write": db.Write, "read": db.Read} {
			for _, end := range []error{context.DeadlineExceeded, context.Canceled} {
				t.Run(fmt.Sprint(name, ", ", end), func(t *testing.T) {
					ctx := ending{t.Context(), make(chan struct{}), end}
					ended := make(chan error, 1)
					go func() {
						ended <- in(ctx, func(tx *database.Tx) error {
							_, err := tryTexts(ctx, tx, long)
							return err
						})
					}()
					underWay(t)
					close(ctx.done)
					err := <-ended
					if errors.Is(end, context.DeadlineExceeded) {
						wantFault(t, err, fault.Unavailable, "away or too busy")
					} else if !errors.Is(err, context.Canceled) || fault.CodeOf(err) != fault.Internal {
						// Who goes away is not told that the database did.
						t.Errorf("error %v", err)
					}
				})
			}
		}
		write(t, db, "DELETE FROM customers") // nothing keeps the writer
	})
}

// What runs out of the server's own time is not tried again.
func TestAStatementTimeoutIsUnavailable(t *testing.T) {
	t.Parallel()
	db := testkit.Postgres(t, database.Options{})
	runs := 0
	err := db.Write(t.Context(), func(tx *database.Tx) error {
		runs++
		if _, err := tx.Exec(t.Context(), "SET LOCAL statement_timeout = '10ms'"); err != nil {
			return err
		}
		_, err := tx.Exec(t.Context(), "SELECT pg_sleep(10)")
		return err
	})
	wantFault(t, err, fault.Unavailable, "away or too busy")
	if runs != 1 {
		t.Errorf("%d runs", runs)
	}
}

func TestReadIsOneSnapshot(t *testing.T) {
	t.Parallel()
	testkit.Each(t, func(t *testing.T, db *database.DB) {
		table(t, db)
		if err := db.Read(t.Context(), func(tx *database.Tx) error {
			before := text(t, tx, "SELECT text FROM notes WHERE id = 1")
			write(t, db, "UPDATE notes SET text = 'changed'")
			write(t, db, "INSERT INTO notes VALUES (3, 'three')")
			after := texts(t, tx, "SELECT text FROM notes ORDER BY id")
			if before != "one" || strings.Join(after, " ") != "one two" {
				t.Errorf("read %q, then %q", before, after)
			}
			if got := texts(t, db.Reader(), "SELECT text FROM notes ORDER BY id"); strings.Join(got, "+") != "changed+changed+three" {
				t.Errorf("outside of it: %q", got)
			}
			return nil
		}); err != nil {
			t.Error(err)
		}
		own := errors.New("own")
		if err := db.Read(t.Context(), func(*database.Tx) error { return own }); !errors.Is(err, own) {
			t.Errorf("error %v", err)
		}
	})
}

func TestNothingIsWrittenOutsideOfWrite(t *testing.T) {
	t.Parallel()
	testkit.Each(t, func(t *testing.T, db *database.DB) {
		ctx := scope.All(t.Context())
		make1 := func(client *ent.Client, id string) *ent.CustomerCreate {
			return client.Customer.Create().SetID(id).SetWorkspaceID("shop").SetClientID(id).SetActiveChatbot(true).SetCreatedAt(1)
		}
		const first, second = "00000000-0000-7000-8000-000000000001", "00000000-0000-7000-8000-000000000002"
		if err := db.Write(ctx, func(tx *database.Tx) error { return make1(tx.Ent(), first).Exec(ctx) }); err != nil {
			t.Fatal(err)
		}
		refused := func(where string, tx *database.Tx) {
			client := tx.Ent()
			for what, err := range map[string]error{
				"create":      make1(client, second).Exec(ctx),
				"create many": client.Customer.CreateBulk(make1(client, second)).Exec(ctx),
				"update":      client.Customer.Update().SetName("x").Exec(ctx),
				"update one":  client.Customer.UpdateOneID(first).SetName("x").Exec(ctx),
				"delete one":  client.Customer.DeleteOneID(first).Exec(ctx),
			} {
				if err == nil {
					t.Errorf("%s: ent may %s", where, what)
				}
			}
			if _, err := client.Customer.Delete().Exec(ctx); err == nil {
				t.Errorf("%s: ent may delete", where)
			}
			if _, err := tx.Exec(ctx, "DELETE FROM customers"); err == nil {
				t.Errorf("%s: SQL may delete", where)
			}
		}
		refused("outside of a transaction", db.Reader())
		if err := db.Read(ctx, func(tx *database.Tx) error {
			refused("in Read", tx)
			_, err := tryTexts(ctx, tx, "DELETE FROM customers RETURNING id")
			if err == nil {
				t.Error("a query may delete in Read")
			}
			return nil
		}); err != nil {
			t.Error(err)
		}
		found, err := db.Ent().Customer.Query().Where(customer.WorkspaceID("shop")).All(ctx)
		if err != nil || len(found) != 1 || found[0].ID != first || found[0].Name != nil {
			t.Errorf("the customers are %v (%v)", found, err)
		}
	})
}

// waits tells whether who wants locks waits for who holds some: the database
// says that it does, and it goes on once the holder ends.
func waits(t *testing.T, db *database.DB, holds, wants locks) bool {
	t.Helper()
	held, end := make(chan struct{}), make(chan struct{})
	var both sync.WaitGroup
	both.Go(func() {
		if err := db.Write(t.Context(), func(tx *database.Tx) error {
			if err := holds.take(t.Context(), tx); err != nil {
				return err
			}
			close(held)
			<-end
			return nil
		}); err != nil {
			t.Error(err)
		}
	})
	<-held
	pid, got := make(chan string, 1), make(chan struct{})
	both.Go(func() {
		defer close(got)
		if err := db.Write(t.Context(), func(tx *database.Tx) error {
			found, err := tryTexts(t.Context(), tx, "SELECT pg_backend_pid()")
			if err != nil {
				return err
			}
			pid <- found[0]
			return wants.take(t.Context(), tx)
		}); err != nil {
			t.Error(err)
		}
	})
	waiter, waited := <-pid, false
	for done := false; !done && !waited; {
		select {
		case <-got:
			done = true
		default:
			waited = len(texts(t, db.Reader(), "SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND NOT granted AND pid = "+waiter)) > 0
		}
	}
	close(end)
	<-got
	both.Wait()
	return waited
}

// locks are what a transaction takes at once.
type locks struct{ shared, exclusive []string }

func (l locks) take(ctx context.Context, tx *database.Tx) error {
	return tx.Lock(ctx, l.shared, l.exclusive)
}

func TestLocks(t *testing.T) {
	t.Parallel()
	db := testkit.Postgres(t, database.Options{})
	// Each case has ids of its own: locks are the whole database's.
	ids := func(i int, names ...string) []string {
		own := make([]string, len(names))
		for j, name := range names {
			own[j] = fmt.Sprint(i, "-", name)
		}
		return own
	}
	for i, c := range []struct {
		held, wanted locks
		waits        bool
	}{
		{locks{shared: ids(0, "a")}, locks{shared: ids(0, "a")}, false},
		{locks{shared: ids(1, "a")}, locks{exclusive: ids(1, "a")}, true},
		{locks{exclusive: ids(2, "a")}, locks{shared: ids(2, "a")}, true},
		{locks{exclusive: ids(3, "a")}, locks{exclusive: ids(3, "a")}, true},
		{locks{exclusive: ids(4, "a")}, locks{shared: ids(4, "b")}, false},
		{locks{exclusive: ids(5, "a")}, locks{exclusive: ids(5, "b")}, false},
		{locks{shared: ids(6, "c", "a", "b", "a")}, locks{exclusive: ids(6, "b")}, true},
		{locks{exclusive: ids(7, "b")}, locks{shared: ids(7, "c", "a", "b")}, true},
		{locks{exclusive: ids(8, "c", "a")}, locks{shared: ids(8, "a")}, true},
		{locks{exclusive: ids(9, "a")}, locks{}, false},
		{locks{exclusive: ids(10, "shop")}, locks{exclusive: ids(10, "shop-2")}, false},
		{locks{shared: ids(11, "a"), exclusive: ids(11, "a")}, locks{shared: ids(11, "a")}, true},
		{locks{shared: ids(12, "c", "a", "b"), exclusive: ids(12, "b")}, locks{shared: ids(12, "a", "c")}, false},
		{locks{shared: ids(13, "c", "a", "b"), exclusive: ids(13, "b")}, locks{shared: ids(13, "b")}, true},
		{locks{shared: ids(14, "c", "a"), exclusive: ids(14, "b")}, locks{shared: ids(14, "d"), exclusive: ids(14, "a")}, true},
	} {
		if got := waits(t, db, c.held, c.wanted); got != c.waits {
			t.Errorf("case %d: %+v waits for %+v: %v", i, c.wanted, c.held, got)
		}
	}
}

// On SQLite writers queue anyway.
func TestLocksOnSQLite(t *testing.T) {
	t.Parallel()
	var statements int
	db := testkit.SQLite(t, database.Options{OnStatement: func(context.Context, string) { statements++ }})
	if err := db.Write(t.Context(), func(tx *database.Tx) error {
		return errors.Join(tx.LockShared(t.Context(), []string{"a", "b"}), tx.LockExclusive(t.Context(), "a"))
	}); err != nil {
		t.Error(err)
	}
	if statements != 0 {
		t.Errorf("%d statements", statements)
	}
}

func TestIsDuplicate(t *testing.T) {
	t.Parallel()
	testkit.Each(t, func(t *testing.T, db *database.DB) {
		insert := func(id, client, phone string) error {
			return db.Write(t.Context(), func(tx *database.Tx) error {
				no := map[database.Dialect]any{database.SQLite: 0, database.Postgres: false}[db.Dialect()]
				_, err := tx.Exec(t.Context(), "INSERT INTO customers (workspace_id, id, client_id, phone, active_chatbot, created_at) VALUES ('shop', $1, $2, $3, $4, 1)",
					"00000000-0000-7000-8000-00000000000"+id, client, sql.NullString{String: phone, Valid: phone != ""}, no)
				return err
			})
		}
		for _, c := range []struct {
			id, client, phone string
			fails             bool
		}{
			{"1", "a", "+39333", false},
			{"2", "b", "", false},
			{"3", "c", "", false}, // two without a phone
			{"1", "d", "", true},
			{"4", "a", "", true},
			{"4", "d", "+39333", true},
		} {
			err := insert(c.id, c.client, c.phone)
			if (err != nil) != c.fails || database.IsDuplicate(err) != c.fails {
				t.Errorf("%v: %v", c, err)
			}
		}
		if database.IsDuplicate(nil) || database.IsDuplicate(errors.New("UNIQUE constraint failed")) {
			t.Error("another error is taken for a duplicate")
		}
		err := db.Write(t.Context(), func(tx *database.Tx) error {
			_, err := tx.Exec(t.Context(), "INSERT INTO workspaces (id) VALUES ('x')")
			return err
		})
		if err == nil || database.IsDuplicate(err) {
			t.Errorf("a missing value: %v", err)
		}
	})
}

// listener hears statements.
type listener struct {
	mu    sync.Mutex
	heard []string
}

func (l *listener) hear(_ context.Context, query string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.heard = append(l.heard, query)
}

func (l *listener) take() []string {
	l.mu.Lock()
	defer l.mu.Unlock()
	heard := l.heard
	l.heard = nil
	return heard
}

func TestOnStatementHearsAll(t *testing.T) {
	t.Parallel()
	testkit.EachURL(t, func(t *testing.T, url string) {
		l := &listener{}
		db := testkit.Open(t, url, database.Options{OnStatement: l.hear})
		ctx := scope.All(t.Context())
		statements := database.Statements("-- name: two\nSELECT n FROM {{rows: n bigint}}")
		named := func(tx *database.Tx) error {
			rows, err := tx.QueryRows(ctx, statements["two"], []database.Column{[]int64{1, 2}})
			if err != nil {
				return err
			}
			defer rows.Close()
			for n := int64(1); rows.Next(); n++ {
				var got int64
				if err := rows.Scan(&got); err != nil || got != n {
					t.Errorf("row %d is %d (%v)", n, got, err)
				}
			}
			return rows.Err()
		}
		counted := func(client *ent.Client) error {
			_, err := client.Workspace.Query().Count(ctx)
			return err
		}
		for what, c := range map[string]struct {
			run  func() error
			want []string
		}{
			"write": {func() error {
				return db.Write(ctx, func(tx *database.Tx) error {
					_, err := tx.Exec(ctx, "DELETE FROM customers")
					return errors.Join(err, named(tx), counted(tx.Ent()))
				})
			}, []string{"DELETE FROM customers", "SELECT n FROM ", "workspaces"}},
			"read": {func() error {
				return db.Read(ctx, func(tx *database.Tx) error { return errors.Join(named(tx), counted(tx.Ent())) })
			}, []string{"SELECT n FROM ", "workspaces"}},
			"outside": {func() error { return errors.Join(named(db.Reader()), counted(db.Ent())) }, []string{"SELECT n FROM ", "workspaces"}},
			"forget":  {func() error { return db.Forget(ctx, "customers") }, []string{map[database.Dialect]string{database.SQLite: "PRAGMA wal_checkpoint", database.Postgres: `VACUUM "customers"`}[db.Dialect()]}},
			"failing": {func() error {
				if _, err := tryTexts(ctx, db.Reader(), "SELECT nonsense"); err == nil {
					t.Error("nonsense is SQL")
				}
				return nil
			}, []string{"SELECT nonsense"}},
		} {
			l.take()
			if err := c.run(); err != nil {
				t.Errorf("%s: %v", what, err)
			}
			heard := l.take()
			if len(heard) != len(c.want) {
				t.Errorf("%s: heard %q", what, heard)
				continue
			}
			for i, part := range c.want {
				if !strings.Contains(heard[i], part) {
					t.Errorf("%s: statement %d is %q, want %q in it", what, i, heard[i], part)
				}
			}
		}
		if db.Dialect() == database.Postgres {
			if err := db.Write(ctx, func(tx *database.Tx) error { return tx.LockExclusive(ctx, "shop") }); err != nil {
				t.Error(err)
			}
			if heard := l.take(); len(heard) != 1 || !strings.Contains(heard[0], "pg_advisory_xact_lock") {
				t.Errorf("a lock: heard %q", heard)
			}
		}
	})
}
