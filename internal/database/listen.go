package database

import (
	"context"
	"fmt"
	"net"
	"time"

	"github.com/lib/pq"
)

// Announce hands each text to everybody who listens to the topic at the
// moment, on whatever node; who listens later never learns of it. The texts
// are shorter than 8,000 bytes. On SQLite nobody listens.
//
// It is a transaction of its own: PostgreSQL lets only one that announces
// commit at a time.
func (db *DB) Announce(ctx context.Context, topic string, texts []string) error {
	if db.dialect == SQLite || len(texts) == 0 {
		return nil
	}
	const statement = "SELECT pg_notify($1, text) FROM unnest($2::text[]) AS text"
	db.tell(ctx, statement)
	if _, err := db.writer.ExecContext(ctx, statement, topic, pq.Array(texts)); err != nil {
		return fmt.Errorf("announce: %w", faultIn(ctx, err))
	}
	return nil
}

// Listen calls heard with every text that is announced on the topic, until ctx
// ends. It calls missed whenever it begins to listen, at first and after each
// loss of its connection: what was announced before then, nobody tells any
// more. Neither may keep it waiting. On SQLite it returns at once.
func (db *DB) Listen(ctx context.Context, topic string, heard func(text string), missed func()) {
	if db.dialect == SQLite {
		return
	}
	// Between two attempts the listener's own goroutine sleeps, and nothing
	// wakes it: so the pause is short.
	const atOnce, later = 100 * time.Millisecond, time.Second
	l := pq.NewDialListener(dialer{ctx}, db.url, atOnce, later, nil)
	defer func() {
		_ = l.Close() // it may be closed already
		for {
			if _, open := <-l.NotificationChannel(); !open {
				return // and the goroutine has ended
			}
		}
	}()
	release := context.AfterFunc(ctx, func() { _ = l.Close() })
	defer release()
	if err := l.Listen(topic); err != nil {
		return // it was closed
	}
	missed()
	for n := range l.NotificationChannel() {
		if n == nil {
			missed()
			continue
		}
		heard(n.Extra)
	}
}

// dialer ends with its context what a listener is at, which lib/pq hands none.
type dialer struct{ ctx context.Context }

// Dial is DialTimeout without one.
func (d dialer) Dial(network, address string) (net.Conn, error) {
	return d.DialTimeout(network, address, 0)
}

// DialTimeout connects. A peer that is gone without a word is noticed within
// half a minute, although a listener never sends.
func (d dialer) DialTimeout(network, address string, timeout time.Duration) (net.Conn, error) {
	alive := net.KeepAliveConfig{Enable: true, Idle: 15 * time.Second, Interval: 5 * time.Second, Count: 3}
	conn, err := (&net.Dialer{Timeout: timeout, KeepAliveConfig: alive}).DialContext(d.ctx, network, address)
	if err != nil {
		return nil, fmt.Errorf("listen: %w", err)
	}
	return bound{conn, context.AfterFunc(d.ctx, func() { _ = conn.Close() })}, nil
}

// bound is a connection that a context closes.
type bound struct {
	net.Conn
	release func() bool
}

func (b bound) Close() error {
	b.release()
	return b.Conn.Close() //nolint:wrapcheck // a connection hands its error on
}
