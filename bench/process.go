//go:build linux

package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// patience is how long a child may take to start or stop.
const patience = time.Minute

// A process is a child that serves.
type process struct {
	cmd *exec.Cmd
	// addr is where it listens.
	addr string
	// done closes once it has ended, which err then tells.
	done chan struct{}
	err  error
	log  string
}

// spawn starts a command whose output goes to a log in the bench's folder. It
// dies with the bench, and by the context.
func (b *bench) spawn(ctx context.Context, name string, cmd *exec.Cmd) (*process, error) {
	p := &process{cmd: cmd, done: make(chan struct{}), log: filepath.Join(b.dir, name+".log")}
	log, err := os.OpenFile(p.log, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, err
	}
	defer log.Close() //nolint:errcheck // the child has its own
	cmd.Stdout, cmd.Stderr = log, log
	if cmd.SysProcAttr == nil {
		cmd.SysProcAttr = &syscall.SysProcAttr{}
	}
	cmd.SysProcAttr.Pdeathsig = syscall.SIGQUIT
	// Signals of the terminal are for the bench, which stops its children in
	// order.
	cmd.SysProcAttr.Setpgid = true
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	context.AfterFunc(ctx, func() { _ = cmd.Process.Signal(syscall.SIGTERM) })
	go func() {
		p.err = cmd.Wait()
		close(p.done)
	}()
	return p, nil
}

// stop ends the process and waits for it.
func (p *process) stop() error { return p.end(syscall.SIGTERM) }

func (p *process) end(by syscall.Signal) error {
	_ = p.cmd.Process.Signal(by) // one that is gone is what is wanted
	select {
	case <-p.done:
		return nil
	case <-time.After(patience):
		_ = p.cmd.Process.Kill()
		<-p.done
		return fmt.Errorf("%s did not stop", p.cmd.Path)
	}
}

// wait returns once probe succeeds, asking again every half millisecond.
func (p *process) wait(ctx context.Context, probe func(context.Context) error) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	pace := time.NewTicker(time.Millisecond / 2)
	defer pace.Stop()
	for {
		err := probe(ctx)
		if err == nil {
			return nil
		}
		select {
		case <-p.done:
			said, _ := os.ReadFile(p.log) // the exit code tells enough without
			return fmt.Errorf("%s: %w: %s", p.cmd.Path, cmpErr(p.err, errors.New("ended")), tail(said))
		case <-ctx.Done():
			return fmt.Errorf("%s does not answer: %w", p.cmd.Path, err)
		case <-pace.C:
		}
	}
}

func cmpErr(err, otherwise error) error {
	if err != nil {
		return err
	}
	return otherwise
}

func tail(text []byte) []byte { return bytes.TrimSpace(text[max(0, len(text)-2000):]) }

// answers probes for a 200 of the path.
func (p *process) answers(path string) func(context.Context) error {
	return func(ctx context.Context) error {
		request, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+p.addr+path, http.NoBody)
		if err != nil {
			return err
		}
		response, err := http.DefaultClient.Do(request)
		if err != nil {
			return err
		}
		defer response.Body.Close()
		if response.StatusCode != http.StatusOK {
			return errors.New(response.Status)
		}
		return nil
	}
}

// freeAddr is an address that nobody listens at.
func freeAddr(ctx context.Context) (string, error) {
	l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	return l.Addr().String(), l.Close()
}

// command runs to its end and returns what was printed to standard output.
func command(ctx context.Context, name string, args ...string) (string, error) {
	return finish(exec.CommandContext(ctx, name, args...))
}

func finish(cmd *exec.Cmd) (string, error) {
	var said bytes.Buffer
	if cmd.Stderr == nil {
		cmd.Stderr = &said
	}
	out, err := cmd.Output()
	if err != nil {
		return "", fmt.Errorf("%s %s: %w: %s", filepath.Base(cmd.Path), strings.Join(cmd.Args[1:], " "), err, tail(append(said.Bytes(), out...)))
	}
	return string(out), nil
}

// ownCPU is the processor time that the bench itself took.
func ownCPU() time.Duration {
	var usage syscall.Rusage
	_ = syscall.Getrusage(syscall.RUSAGE_SELF, &usage) // it can't fail for oneself
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}

// cpu is the processor time of the process and its descendants, those that
// ended included. The kernel counts in hundredths of a second.
func (p *process) cpu() time.Duration {
	root := p.cmd.Process.Pid
	parents, own, ended := map[int]int{}, map[int]int64{}, map[int]int64{}
	list, _ := filepath.Glob("/proc/[0-9]*/stat") // the pattern is well-formed
	for _, name := range list {
		text, err := os.ReadFile(name)
		if err != nil {
			continue // gone meanwhile
		}
		_, rest, _ := strings.Cut(string(text), ") ")
		fields := strings.Fields(rest)
		if len(fields) < 15 {
			continue
		}
		n := func(i int) int64 {
			v, _ := strconv.ParseInt(fields[i], 10, 64) // the kernel's
			return v
		}
		pid, _ := strconv.Atoi(filepath.Base(filepath.Dir(name)))
		parents[pid], own[pid], ended[pid] = int(n(1)), n(11)+n(12), n(13)+n(14)
	}
	var ticks int64
	for pid := range own {
		at := pid
		for at != root && at > 1 {
			at = parents[at]
		}
		if at == root {
			ticks += own[pid] + ended[pid]
		}
	}
	return time.Duration(ticks) * 10 * time.Millisecond
}

// memory reads a line of /proc/PID/status, such as VmRSS or VmHWM, in MiB.
func (p *process) memory(line string) (float64, error) {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", p.cmd.Process.Pid))
	if err != nil {
		return 0, err
	}
	_, rest, _ := strings.Cut(string(text), line+":")
	fields := strings.Fields(rest)
	if len(fields) == 0 {
		return 0, fmt.Errorf("no %s", line)
	}
	kib, err := strconv.ParseFloat(fields[0], 64)
	return kib / 1024, err
}

// forgetPeak makes VmHWM start anew from what is used now.
func (p *process) forgetPeak() error {
	return os.WriteFile(fmt.Sprintf("/proc/%d/clear_refs", p.cmd.Process.Pid), []byte("5"), 0o200)
}
