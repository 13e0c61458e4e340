//go:build linux

package main

import (
	"context"
	"crypto/rand"
	"errors"
	"io"
	"log/slog"
	"os"
	"runtime/pprof"

	"github.com/contatore/contatore/internal/server"
)

// serveProfiled is contatore serve, which writes what its time and its
// allocations went to when it ends: name.cpu and name.allocs, for go tool
// pprof.
func serveProfiled(ctx context.Context, database, addr, key, name string) error {
	return writeFile(name+".cpu", func(w io.Writer) error {
		if err := pprof.StartCPUProfile(w); err != nil {
			return err
		}
		err := server.Run(ctx, server.Config{Addr: addr, DatabaseURL: database, AdminKey: key}, server.Host{
			Log: slog.New(server.LogHandler(slog.NewJSONHandler(os.Stderr, nil))), Out: io.Discard, Now: now, Random: rand.Reader,
		})
		pprof.StopCPUProfile()
		return errors.Join(err, writeFile(name+".allocs", func(w io.Writer) error { return pprof.Lookup("allocs").WriteTo(w, 0) }))
	})
}
