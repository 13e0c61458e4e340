package database

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"net"
	"slices"
	"strings"

	"github.com/lib/pq"
	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"github.com/contatore/contatore/internal/fault"
)

// sqlstate is PostgreSQL's five-character error code, empty for another error.
func sqlstate(err error) string {
	var e *pq.Error
	if errors.As(err, &e) {
		return string(e.Code)
	}
	return ""
}

// sqliteCode is SQLite's primary result code, 0 for another error.
func sqliteCode(err error) int {
	var e *sqlite.Error
	if errors.As(err, &e) {
		return e.Code() & 0xff
	}
	return 0
}

// lost reports that the connection or the server went away.
func lost(err error) bool {
	state := sqlstate(err)
	if len(state) == 5 && state[:2] == "08" {
		return true
	}
	var network net.Error
	return slices.Contains([]string{"57P01", "57P02", "57P03", "53300", "55000", "3D000"}, state) ||
		errors.Is(err, driver.ErrBadConn) || errors.Is(err, sql.ErrConnDone) || errors.Is(err, io.EOF) ||
		errors.Is(err, io.ErrUnexpectedEOF) ||
		// Time that is up looks like a network's, too.
		errors.As(err, &network) && !errors.Is(err, context.DeadlineExceeded)
}

// contended reports that the database rolled the transaction back because of
// another one; it can run again.
func contended(err error) bool {
	state := sqlstate(err)
	return state == "40001" || state == "40P01" || sqliteCode(err) == sqlite3.SQLITE_BUSY
}

// IsDuplicate reports a breach of a unique index.
func IsDuplicate(err error) bool {
	var e *sqlite.Error
	return sqlstate(err) == "23505" || errors.As(err, &e) &&
		(e.Code() == sqlite3.SQLITE_CONSTRAINT_UNIQUE || e.Code() == sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY)
}

// openFault says what to do about a database that doesn't open.
func openFault(err error, path string) error {
	switch state := sqlstate(err); {
	case slices.Contains([]int{sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_PERM}, sqliteCode(err)):
		return fault.Wrap(err, fault.Invalid, "The SQLite file %s can't be opened: its folder must exist and be yours to write, and so must the file, unless it is to be made.", path)
	case strings.HasPrefix(state, "28"):
		return fault.Wrap(err, fault.Invalid, "PostgreSQL refuses the user or the password of the database URL.")
	case state == "3D000":
		return fault.Wrap(err, fault.Invalid, "PostgreSQL has no database of the name in the database URL; create it first.")
	case errors.Is(err, pq.ErrSSLNotSupported):
		return fault.Wrap(err, fault.Invalid, "This PostgreSQL speaks no TLS: add sslmode=disable to the database URL.")
	default:
		return Fault(err)
	}
}

// faultIn is Fault for a statement that ran in ctx. Drivers say that it was
// cancelled, or that the connection ended, and not why: to whoever went away
// that is no fault of the database, to everyone else time was up.
func faultIn(ctx context.Context, err error) error {
	cancelled := sqlstate(err) == "57014"
	switch {
	case errors.Is(ctx.Err(), context.Canceled) && (cancelled || lost(err)):
		return fmt.Errorf("%w: %s", context.Canceled, err.Error()) // only the text: a fault must not show through
	case cancelled:
		err = fmt.Errorf("%w: %w", context.DeadlineExceeded, err)
	}
	return Fault(err)
}

// Fault turns an error that means "no database for now" into a fault that says
// so, and leaves every other error as it is.
func Fault(err error) error {
	if err == nil || fault.CodeOf(err) != fault.Internal {
		return err
	}
	code := sqliteCode(err)
	if lost(err) || contended(err) || errors.Is(err, context.DeadlineExceeded) ||
		slices.Contains([]int{sqlite3.SQLITE_IOERR, sqlite3.SQLITE_FULL, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY}, code) {
		return fault.Wrap(err, fault.Unavailable, "The database is away or too busy; try again in a moment.")
	}
	return err
}

// IsBadValue reports a value that PostgreSQL can't take for a column's type,
// such as a text for a uuid. SQLite takes any.
func IsBadValue(err error) bool {
	return slices.Contains([]string{"22P02", "22021", "22003"}, sqlstate(err))
}
