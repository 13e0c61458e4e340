package server

import (
	"context"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"time"

	"github.com/contatore/contatore/internal/alert"
)

// openDesk has the book tell the desk, which delivers nothing yet.
func (s *server) openDesk() error {
	allowed, err := s.config.allowed()
	if err != nil {
		return err
	}
	s.desk, err = alert.Open(alert.Options{
		DB: s.db, Book: s.book, Now: s.host.Now, Random: s.host.Random, Log: s.host.Log, Forecasts: s.forecasts,
		Allowed: allowed, Mail: s.config.mail(), BaseURL: strings.TrimRight(s.config.PublicURL, "/"), Patience: s.config.AlertPatience, OnAttempt: s.metrics.attempted,
	})
	if err != nil {
		return fmt.Errorf("open alerts: %w", err)
	}
	s.book.Into(s.desk)
	return nil
}

// alerts has the desk deliver once the database is ready: at once, or when
// somebody has migrated it.
type alerts struct {
	desk  *alert.Desk
	ready func(context.Context) error
	log   *slog.Logger
	done  chan struct{}
	// Stop takes no new delivery, and cuts those off that are still under way
	// after deliverTimeout: they are made again at the next start. Whoever calls
	// it again waits with the first.
	Stop func()
}

// readyEvery is how often alerts looks for a database that is ready.
const readyEvery = 2 * time.Second

func startAlerts(desk *alert.Desk, ready func(context.Context) error, log *slog.Logger) *alerts {
	ctx, cancel := context.WithCancel(context.Background())
	a := &alerts{desk: desk, ready: ready, log: log, done: make(chan struct{})}
	a.Stop = sync.OnceFunc(func() {
		cancel()
		stopping, cancel := context.WithTimeout(context.Background(), deliverTimeout)
		defer cancel()
		select {
		case <-a.done:
		case <-stopping.Done(): // the database hangs
			return
		}
		if err := desk.Stop(stopping); err != nil {
			log.Warn("deliveries of alerts cut off", "error", err)
		}
	})
	go a.run(ctx)
	return a
}

func (a *alerts) run(ctx context.Context) {
	defer close(a.done)
	tick := time.NewTicker(readyEvery)
	defer tick.Stop()
	for {
		if a.ready(ctx) == nil {
			err := a.desk.Start(ctx)
			if err == nil {
				return
			}
			a.log.WarnContext(ctx, "alerts are not delivered yet, will try again", "error", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}
