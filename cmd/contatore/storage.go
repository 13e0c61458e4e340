package main

import (
	"context"
	"errors"

	"github.com/contatore/contatore/internal/auth"
	"github.com/contatore/contatore/internal/database"
)

const defaultDatabase = "sqlite://contatore.db"

// storage is the option of every command that opens the database.
type storage struct {
	DatabaseURL string `default:"${default_database}" placeholder:"URL" help:"The database: sqlite://PATH or postgres://USER:PASSWORD@HOST/NAME (${default_database} unless given)."`
}

// with opens the database, whose schema must be this program's, calls fn as an
// operator who may do everything, and closes.
func (s storage) with(ctx context.Context, fn func(ctx context.Context, db *database.DB) error) error {
	return s.open(ctx, func(ctx context.Context, db *database.DB) error {
		if err := db.Ready(ctx); err != nil {
			return err
		}
		return fn(ctx, db)
	})
}

// withMigrated is like with, but first brings the schema up to date, for the
// commands that a newcomer runs first.
func (s storage) withMigrated(ctx context.Context, fn func(ctx context.Context, db *database.DB) error) error {
	return s.open(ctx, func(ctx context.Context, db *database.DB) error {
		if err := db.Migrate(ctx); err != nil {
			return err
		}
		return fn(ctx, db)
	})
}

func (s storage) open(ctx context.Context, fn func(ctx context.Context, db *database.DB) error) (err error) {
	db, err := database.Open(ctx, s.DatabaseURL, database.Options{})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	return fn(auth.With(ctx, auth.Viewer{Role: auth.Admin}), db)
}
