//go:build linux

package main

import (
	"context"
	"crypto/rand"
	"database/sql"
	"errors"
	"fmt"
	"net"
	"net/url"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"

	_ "github.com/lib/pq" // the driver "postgres"
)

// A postgres is the bench's own server: durable as it is by default, with the
// memory that its manual advises for a machine of this size.
type postgres struct {
	*process
	b        *bench
	bin, dir string
	password string
	as       *syscall.Credential
}

// startPostgres makes a server in a folder of its own, as another user where
// the bench runs as root, since PostgreSQL refuses root.
func (b *bench) startPostgres(ctx context.Context) (*postgres, error) {
	pg := &postgres{b: b, dir: filepath.Join(b.dir, "postgres"), password: rand.Text()}
	found, _ := filepath.Glob("/usr/lib/postgresql/*/bin/initdb") // the pattern is well-formed
	if name, err := exec.LookPath("initdb"); err == nil && found == nil {
		found = append(found, name)
	}
	if len(found) == 0 {
		return nil, errors.New("PostgreSQL is not installed; on Debian: apt-get install postgresql")
	}
	pg.bin = filepath.Dir(slices.Max(found))
	if err := os.Mkdir(pg.dir, 0o700); err != nil {
		return nil, err
	}
	file := filepath.Join(b.dir, "password")
	if err := os.WriteFile(file, []byte(pg.password), 0o600); err != nil {
		return nil, err
	}
	if os.Getuid() == 0 {
		who, err := user.Lookup("postgres")
		if err != nil {
			return nil, err
		}
		uid, _ := strconv.Atoi(who.Uid) // numbers on Linux
		gid, _ := strconv.Atoi(who.Gid)
		pg.as = &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}
		for _, name := range []string{pg.dir, file} {
			if err := os.Chown(name, uid, gid); err != nil {
				return nil, err
			}
		}
	}
	initdb := exec.CommandContext(ctx, filepath.Join(pg.bin, "initdb"), "--pgdata="+pg.dir, "--username=bench",
		"--auth=password", "--pwfile="+file, "--encoding=UTF8", "--locale=C.UTF-8")
	initdb.SysProcAttr = &syscall.SysProcAttr{Credential: pg.as}
	initdb.Dir = "/"
	if _, err := finish(initdb); err != nil {
		return nil, err
	}
	memory, err := machineMemory()
	if err != nil {
		return nil, err
	}
	conf, err := os.OpenFile(filepath.Join(pg.dir, "postgresql.conf"), os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		return nil, err
	}
	_, err = fmt.Fprintf(conf, `
listen_addresses = '127.0.0.1'
unix_socket_directories = ''
max_connections = 400
shared_buffers = %dMB
effective_cache_size = %dMB
maintenance_work_mem = 512MB
work_mem = 64MB
max_wal_size = 8GB
random_page_cost = 1.1
`, min(memory/4, 4096), memory*3/4)
	if err := errors.Join(err, conf.Close()); err != nil {
		return nil, err
	}
	if err := pg.start(ctx); err != nil {
		return nil, err
	}
	return pg, nil
}

// start waits until the server answers.
func (pg *postgres) start(ctx context.Context) error {
	addr, err := freeAddr(ctx)
	if err != nil {
		return err
	}
	if pg.process != nil {
		addr = pg.addr // others know it
	}
	_, port, _ := net.SplitHostPort(addr) // made by net
	cmd := exec.CommandContext(context.WithoutCancel(ctx), filepath.Join(pg.bin, "postgres"), "-D", pg.dir, "-p", port)
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: pg.as}
	cmd.Dir = "/"
	// It outlives the context, for those who use it stop first.
	if pg.process, err = pg.b.spawn(context.WithoutCancel(ctx), "postgres", cmd); err != nil {
		return err
	}
	pg.addr = addr
	db, err := sql.Open("postgres", pg.url("postgres"))
	if err != nil {
		return err
	}
	defer db.Close()
	return pg.wait(ctx, db.PingContext)
}

// stop ends sessions, then the server.
func (pg *postgres) stop() error { return pg.end(syscall.SIGINT) }

func (pg *postgres) url(name string) string {
	u := url.URL{Scheme: "postgres", User: url.UserPassword("bench", pg.password), Host: pg.addr, Path: "/" + name, RawQuery: "sslmode=disable"}
	return u.String()
}

// create makes a database, a copy of another one unless that is empty.
func (pg *postgres) create(ctx context.Context, name, like string) (string, error) {
	template := ""
	if like != "" {
		template = " TEMPLATE " + like
	}
	return pg.url(name), pg.exec(ctx, "postgres", "DROP DATABASE IF EXISTS "+name+" WITH (FORCE)", "CREATE DATABASE "+name+template)
}

func (pg *postgres) drop(ctx context.Context, name string) error {
	return pg.exec(ctx, "postgres", "DROP DATABASE IF EXISTS "+name+" WITH (FORCE)")
}

// exec runs statements one by one on a database.
func (pg *postgres) exec(ctx context.Context, name string, statements ...string) error {
	return execAt(ctx, "postgres", pg.url(name), statements...)
}

func execAt(ctx context.Context, driver, url string, statements ...string) error {
	db, err := sql.Open(driver, url)
	if err != nil {
		return err
	}
	defer db.Close()
	for _, s := range statements {
		if _, err := db.ExecContext(ctx, s); err != nil {
			return fmt.Errorf("%w: %s", err, s)
		}
	}
	return nil
}

// numberAt reads a single number.
func numberAt(ctx context.Context, driver, url, query string) (n int64, err error) {
	db, err := sql.Open(driver, url)
	if err != nil {
		return 0, err
	}
	defer db.Close()
	err = db.QueryRowContext(ctx, query).Scan(&n)
	return n, err
}

// psql runs one command of psql.
func (pg *postgres) psql(ctx context.Context, name, line string) *exec.Cmd {
	return exec.CommandContext(ctx, filepath.Join(pg.bin, "psql"), "--no-psqlrc", "--quiet", "--set=ON_ERROR_STOP=1", "--command="+line, pg.url(name))
}

// machineMemory is the machine's, in MiB.
func machineMemory() (int, error) {
	text, err := os.ReadFile("/proc/meminfo")
	if err != nil {
		return 0, err
	}
	fields := strings.Fields(string(text))
	if len(fields) < 2 {
		return 0, errors.New("/proc/meminfo tells nothing")
	}
	kib, err := strconv.Atoi(fields[1])
	return kib / 1024, err
}
