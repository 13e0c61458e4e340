package database

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"io"
	"net"
	"slices"

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
	return slices.Contains([]string{"57P01", "57P02", "57P03", "53300"}, state) ||
		errors.Is(err, driver.ErrBadConn) || errors.Is(err, sql.ErrConnDone) || errors.Is(err, io.EOF) ||
		errors.Is(err, io.ErrUnexpectedEOF) || errors.As(err, &network)
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
