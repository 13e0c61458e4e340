package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"sync"
	"syscall"
	"testing"

	"github.com/contatore/contatore/internal/testkit"
)

const operatorKey = "the operator's own key"

// process is the program, serving, in a process of its own.
type process struct {
	command *exec.Cmd
	base    string
	log     bytes.Buffer // to be read when it has ended
	ended   sync.Once
}

// serve starts the program on a free port, with further variables, and reads
// where it listens.
func serve(t *testing.T, url string, variables ...string) *process {
	t.Helper()
	program, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	p := &process{command: exec.CommandContext(context.WithoutCancel(t.Context()), program, "serve")}
	p.command.Env = append(os.Environ(), asProgram+"=1", "CONTATORE_ADDR=127.0.0.1:0", "CONTATORE_DATABASE_URL="+url, "CONTATORE_ADMIN_KEY="+operatorKey)
	p.command.Env = append(p.command.Env, variables...)
	p.command.Stderr = &p.log
	out, err := p.command.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := p.command.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { p.end(t, os.Kill) })
	line, err := bufio.NewReader(out).ReadString('\n')
	base, found := strings.CutPrefix(line, "Listening on ")
	if err != nil || !found {
		p.end(t, os.Kill)
		t.Fatalf("it prints %q, %v\n%s", line, err, &p.log)
	}
	p.base = strings.TrimSuffix(base, "\n")
	return p
}

// end sends a signal and returns how the process ended; it does so once.
func (p *process) end(t *testing.T, signal os.Signal) *os.ProcessState {
	t.Helper()
	p.ended.Do(func() {
		if err := p.command.Process.Signal(signal); err != nil {
			t.Errorf("send %s: %v", signal, err)
		}
		var exit *exec.ExitError
		if err := p.command.Wait(); err != nil && !errors.As(err, &exit) {
			t.Errorf("wait: %v", err)
		}
	})
	return p.command.ProcessState
}

// ask runs a GraphQL operation and returns its answer.
func (p *process) ask(ctx context.Context, client *http.Client, operation string) (string, error) {
	body, err := json.Marshal(map[string]string{"query": operation})
	if err != nil {
		return "", err
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, p.base+"/graphql", bytes.NewReader(body))
	if err != nil {
		return "", err
	}
	r.Header.Set("Authorization", "Bearer "+operatorKey)
	r.Header.Set("Content-Type", "application/json")
	resp, err := client.Do(r)
	if err != nil {
		return "", err
	}
	defer resp.Body.Close()
	answer, err := io.ReadAll(resp.Body)
	return string(answer), err
}

// tell is ask for an operation whose data is known.
func (p *process) tell(t *testing.T, operation, data string) {
	t.Helper()
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	if answer, err := p.ask(t.Context(), client, operation); err != nil || answer != `{"data":`+data+"}\n" {
		t.Errorf("%s answers %s %v", operation, answer, err)
	}
}

const (
	opening = `mutation { createWorkspace(input: {id: "shop", name: "Shop"}) { id } upsertCustomer(workspaceId: "shop", input: {clientId: "ada"}) { clientId } }`
	opened  = `{"createWorkspace":{"id":"shop"},"upsertCustomer":{"clientId":"ada"}}`
	totals  = `{ stats(workspaceId: "shop") { totalCost totalMessages } }`
)

func TestServeStopsOnASignal(t *testing.T) {
	t.Parallel()
	testkit.EachEmptyURL(t, func(t *testing.T, url string) {
		for i, signal := range []os.Signal{syscall.SIGTERM, os.Interrupt} {
			p := serve(t, url)
			if i == 0 {
				p.tell(t, opening, opened)
			}
			p.tell(t, `mutation { trackUsage(input: {workspaceId: "shop", clientId: "ada", response: "Ciao"}) { tracked } }`, `{"trackUsage":{"tracked":true}}`)
			p.tell(t, totals, fmt.Sprintf(`{"stats":{"totalCost":%.3g,"totalMessages":%d}}`, 0.005*float64(i+1), i+1))
			if state := p.end(t, signal); state.ExitCode() != done {
				t.Errorf("%s: %s\n%s", signal, state, &p.log)
			}
			// Not a terminal: a machine reads it, line by line.
			for line := range strings.Lines(p.log.String()) {
				var record struct{ Level, Msg string }
				if err := json.Unmarshal([]byte(line), &record); err != nil || record.Level != "INFO" || record.Msg == "" {
					t.Errorf("the log has %s", line)
				}
			}
			if !strings.Contains(p.log.String(), `"msg":"stopping"`) || strings.Contains(p.log.String(), operatorKey) {
				t.Errorf("the log is %s", &p.log)
			}
		}
		invoke(t, at(url), "rollup", "verify").must(t)
	})
}

// Answered means durable: a process that is killed in mid-work has lost nothing
// that it said was counted, and half of nothing is left behind.
func TestServeKilled(t *testing.T) {
	t.Parallel()
	testkit.EachEmptyURL(t, func(t *testing.T, url string) {
		p := serve(t, url)
		p.tell(t, opening, opened)
		const callers, enough = 6, 150
		var mu sync.Mutex
		var answered []string
		plenty := make(chan struct{})
		var calling sync.WaitGroup
		for caller := range callers {
			calling.Go(func() {
				client := &http.Client{Transport: &http.Transport{}}
				defer client.CloseIdleConnections()
				for i := 0; ; i++ {
					key := fmt.Sprintf("%d-%d", caller, i)
					answer, err := p.ask(t.Context(), client, `mutation { trackUsage(input: {workspaceId: "shop", clientId: "ada", idempotencyKey: "`+key+`"}) { tracked duplicate } }`)
					if err != nil {
						return // it is dead
					}
					if answer != `{"data":{"trackUsage":{"tracked":true,"duplicate":false}}}`+"\n" {
						t.Error(answer)
					}
					mu.Lock()
					if answered = append(answered, key); len(answered) == enough {
						close(plenty)
					}
					mu.Unlock()
				}
			})
		}
		<-plenty
		if state := p.end(t, os.Kill); state.Exited() {
			t.Errorf("it ended by itself: %s\n%s", state, &p.log)
		}
		calling.Wait()
		invoke(t, at(url), "rollup", "verify").must(t)

		p = serve(t, url)
		var repeats strings.Builder
		for _, key := range answered {
			fmt.Fprintf(&repeats, `{workspaceId: "shop", clientId: "ada", idempotencyKey: %q}`, key)
		}
		p.tell(t, `mutation { trackUsageBatch(inputs: [`+repeats.String()+`]) { tracked duplicates rejected } }`,
			fmt.Sprintf(`{"trackUsageBatch":{"tracked":0,"duplicates":%d,"rejected":0}}`, len(answered)))
		if state := p.end(t, syscall.SIGTERM); state.ExitCode() != done {
			t.Errorf("%s\n%s", state, &p.log)
		}
		invoke(t, at(url), "rollup", "verify").must(t)
	})
}

func TestServeSaysWhyItDoesNot(t *testing.T) {
	t.Parallel()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	url := testkit.EmptySQLiteURL(t)
	invoke(t, at(url), "serve", "--addr", listener.Addr().String()).mustFail(t, failed, "Another program listens", listener.Addr().String(), "--addr")
	invoke(t, at(url), "serve", "--addr", "nowhere").mustFail(t, failed, "nowhere", "--addr")
	invoke(t, at(url), "serve", "--addr", "127.0.0.1:0", "--database-url", "mysql://x").mustFail(t, failed, "sqlite://PATH")
	invoke(t, at(url), "serve", "--addr", "127.0.0.1:0", "--no-migrate", "--demo").mustFail(t, failed, "contatore migrate")
}
