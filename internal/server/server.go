// Package server assembles the program: it opens the database, starts what
// works behind the requests, mounts the routes and ends all of it in order.
//
// In come an operator's decisions (Config) and what the machine lends (Host);
// out come an HTTP server, one line with its address, and on a stop the
// promise that what was accepted is committed. It is the only wiring. The
// package must never judge an event, compute a figure or read a table, and
// never write a key to the log.
package server

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"time"

	"github.com/contatore/contatore/internal/alert"
	"github.com/contatore/contatore/internal/analytics"
	"github.com/contatore/contatore/internal/auth"
	"github.com/contatore/contatore/internal/database"
	"github.com/contatore/contatore/internal/fault"
	"github.com/contatore/contatore/internal/ledger"
	"github.com/contatore/contatore/internal/meter"
	"github.com/contatore/contatore/internal/workspace"
)

const (
	// A stop takes at most finishTimeout for running requests, and deliverTimeout
	// for alerts on their way meanwhile, then commitTimeout for what the requests
	// queued: less than 10 s in all.
	finishTimeout  = 6 * time.Second
	deliverTimeout = 3 * time.Second
	commitTimeout  = 3 * time.Second
)

type server struct {
	config    Config
	host      Host
	db        *database.DB
	book      *ledger.Book
	directory *workspace.Directory
	keys      *auth.Keys
	meter     *meter.Meter
	forecasts *analytics.Forecasts
	desk      *alert.Desk
	days      *days
	metrics   *metrics

	// draining ends when the server stops taking work, and streams with it;
	// upgraded connections are counted in upgraded.
	draining context.Context
	drain    context.CancelFunc
	upgraded sync.WaitGroup
}

// Run serves until ctx ends, then finishes running requests, commits what was
// accepted and returns nil. An error is a *fault.Error that says what to do,
// or wraps the cause of a failure.
func Run(ctx context.Context, config Config, host Host) (err error) {
	if err := config.Validate(); err != nil {
		return err
	}
	listener, err := listen(ctx, config.Addr)
	if err != nil {
		return unlessStopped(ctx, err)
	}
	defer listener.Close() //nolint:errcheck // closed by http.Server on the usual way
	db, err := database.Open(ctx, config.DatabaseURL, database.Options{})
	if err != nil {
		return unlessStopped(ctx, err)
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	if !config.NoMigrate {
		if err := db.Migrate(ctx); err != nil {
			return unlessStopped(ctx, err)
		}
	}
	s := &server{config: config, host: host, db: db, forecasts: &analytics.Forecasts{}, metrics: newMetrics()}
	s.draining, s.drain = context.WithCancel(context.Background())
	defer s.drain()
	s.book = ledger.Open(db)
	if err := s.openDesk(); err != nil {
		return err
	}
	s.directory = workspace.Open(db, host.Now)
	s.keys = auth.Open(db, config.AdminKey, host.Now, host.Random)
	s.meter = meter.Start(s.book, meter.Options{
		Now: host.Now, Random: host.Random, Committers: Committers(db.Dialect()),
		OnCommit: s.metrics.committed, OnResult: s.metrics.judged,
	})
	s.metrics.watch(s.meter)
	if err = s.prepare(ctx); err != nil {
		err = unlessStopped(ctx, err)
	} else {
		err = s.serve(ctx, listener)
	}
	stopping, cancel := context.WithTimeout(context.WithoutCancel(ctx), commitTimeout)
	defer cancel()
	return errors.Join(err, s.meter.Stop(stopping))
}

// unlessStopped is nil for what failed because ctx ended: a stop before anything
// was served is a stop like any other.
func unlessStopped(ctx context.Context, err error) error {
	if ctx.Err() == nil {
		return err
	}
	return nil
}

// Committers is how many transactions of a meter may write at once: SQLite has
// a single writer; on PostgreSQL one is at the disk while the other works. More
// make smaller batches, which cost more an event.
func Committers(dialect database.Dialect) int {
	if dialect == database.Postgres {
		return 2
	}
	return 1
}

// prepare fills and opens a new database for its first callers.
func (s *server) prepare(ctx context.Context) error {
	if err := s.db.Ready(ctx); err != nil {
		if s.config.NoMigrate && !s.config.Demo {
			s.host.Log.WarnContext(ctx, "not ready", "error", err)
			return nil
		}
		return err
	}
	if s.config.Demo {
		return s.fillSample(ctx)
	}
	return s.firstKey(ctx)
}

func (s *server) serve(ctx context.Context, listener net.Listener) error {
	s.days = startDays(s.book, s.host.Log, s.host.Now)
	defer s.days.Stop()
	alerts := startAlerts(s.desk, s.db.Ready, s.host.Log)
	defer alerts.Stop()
	routes, err := s.routes()
	if err != nil {
		return err
	}
	web := &http.Server{
		Handler:           routes,
		ReadHeaderTimeout: 10 * time.Second,
		ReadTimeout:       writeTimeout,
		WriteTimeout:      writeTimeout,
		IdleTimeout:       2 * time.Minute,
		MaxHeaderBytes:    64 << 10,
		ErrorLog:          slog.NewLogLogger(s.host.Log.Handler(), slog.LevelWarn),
		// Requests outlive ctx: a stop lets them finish.
		BaseContext: func(net.Listener) context.Context { return context.WithoutCancel(ctx) },
	}
	failed := make(chan error, 1)
	go func() { failed <- web.Serve(listener) }()
	if err := unlessStopped(ctx, s.announce(ctx, listener)); err != nil {
		return errors.Join(err, web.Close(), ended(<-failed))
	}
	select {
	case err := <-failed:
		return fmt.Errorf("serve: %w", err)
	case <-ctx.Done():
	}
	s.drain()
	go alerts.Stop()
	s.host.Log.Info("stopping")
	finishing, cancel := context.WithTimeout(context.WithoutCancel(ctx), finishTimeout)
	defer cancel()
	if err := web.Shutdown(finishing); err != nil {
		s.host.Log.Warn("requests cut off, they took too long to finish", "error", err)
		if err := web.Close(); err != nil {
			s.host.Log.Warn("close connections", "error", err)
		}
	}
	closed := make(chan struct{})
	go func() {
		defer close(closed)
		s.upgraded.Wait() // Shutdown leaves upgraded connections to us
	}()
	select {
	case <-closed:
	case <-finishing.Done():
	}
	return ended(<-failed)
}

// ended is nil for the error of a server that was asked to end.
func ended(err error) error {
	if errors.Is(err, http.ErrServerClosed) {
		return nil
	}
	return fmt.Errorf("serve: %w", err)
}

func (s *server) announce(ctx context.Context, listener net.Listener) error {
	base := address(s.config.Addr, listener)
	if _, err := fmt.Fprintf(s.host.Out, "Listening on %s\n", base); err != nil {
		return fault.Wrap(err, fault.Internal, "The address can't be written to standard output.")
	}
	if s.config.Demo {
		return s.demoLinks(ctx, base)
	}
	return nil
}
