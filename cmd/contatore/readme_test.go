package main

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/contatore/contatore/internal/testkit"
)

// block is a fenced block of README.
type block struct {
	line           int
	language, text string
}

func readmeBlocks(t *testing.T) []block {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("..", "..", "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	var blocks []block
	var open *block
	for i, line := range strings.Split(string(text), "\n") {
		language, fence := strings.CutPrefix(line, "```")
		switch {
		case fence && open == nil:
			open = &block{line: i + 1, language: language}
		case fence:
			blocks = append(blocks, *open)
			open = nil
		case open != nil:
			open.text += line + "\n"
		}
	}
	return blocks
}

// newcomer is a machine on which README is followed.
type newcomer struct {
	folder string
	env    []string
}

// serve starts the program's server and returns what it printed up to the
// line that matches.
func (n *newcomer) serve(t *testing.T, until string, args ...string) string {
	t.Helper()
	ctx, stop := context.WithCancel(context.WithoutCancel(t.Context()))
	command := exec.CommandContext(ctx, "contatore", append([]string{"serve", "--addr", "127.0.0.1:0"}, args...)...)
	command.Path = filepath.Join(n.folder, "bin", "contatore")
	command.Err = nil
	command.Dir, command.Env = n.folder, n.env
	command.Cancel = func() error { return command.Process.Signal(os.Interrupt) }
	out, err := command.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		stop()
		_ = command.Wait() // says that it was interrupted
	})
	var said strings.Builder
	for lines := bufio.NewScanner(out); lines.Scan(); {
		said.WriteString(lines.Text() + "\n")
		if strings.Contains(lines.Text(), until) {
			return said.String()
		}
	}
	t.Fatalf("the server ended without printing %q:\n%s", until, said.String())
	return ""
}

// Every command of README works, in its order, and answers what stands there.
// `make run` and `make test` are run by scripts/test.
func TestReadme(t *testing.T) {
	t.Parallel()
	if _, err := exec.LookPath("curl"); err != nil {
		t.Fatal("README's commands need curl: apt-get install curl")
	}
	program, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	n := &newcomer{folder: t.TempDir()}
	script := fmt.Sprintf("#!/bin/sh\n%s=1 exec '%s' \"$@\"\n", asProgram, program)
	if err := os.Mkdir(filepath.Join(n.folder, "bin"), 0o750); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(n.folder, "bin", "contatore"), []byte(script), 0o700); err != nil { //nolint:gosec // a program
		t.Fatal(err)
	}
	path, _ := trace(t)
	write(t, filepath.Join(n.folder, "AzureLLMInferenceTrace_conv.csv"), read(t, path))
	n.env = append(os.Environ(),
		"PATH="+filepath.Join(n.folder, "bin")+string(os.PathListSeparator)+os.Getenv("PATH"),
		"CONTATORE_DATABASE_URL=sqlite://"+filepath.Join(n.folder, "contatore.db"))
	said := n.serve(t, "has role ADMIN", "--demo")
	url := regexp.MustCompile(`Listening on (\S+)`).FindStringSubmatch(said)
	key := regexp.MustCompile(`#key=([\w-]+)`).FindStringSubmatch(said)
	if url == nil || key == nil {
		t.Fatalf("no address or key in:\n%s", said)
	}
	n.env = append(n.env, "URL="+url[1], "KEY="+key[1])
	const example = "postgres://contatore:secret@localhost/contatore"
	postgres := testkit.EmptyPostgresURL(t)

	blocks := readmeBlocks(t)
	ran := 0
	for i, b := range blocks {
		if b.language != "sh" || b.text == "make run\n" || strings.HasPrefix(b.text, "export URL=") {
			continue
		}
		var commands strings.Builder
		var server []string
		for line := range strings.Lines(strings.ReplaceAll(b.text, example, postgres)) {
			if rest, serve := strings.CutPrefix(line, "contatore serve "); serve {
				server = strings.Fields(rest)
				continue
			}
			commands.WriteString(line)
		}
		shell := exec.CommandContext(t.Context(), "bash", "-euc", commands.String())
		shell.Dir, shell.Env = n.folder, n.env
		var problems strings.Builder
		shell.Stderr = &problems
		out, err := shell.Output()
		if err != nil || strings.Contains(string(out), `"errors"`) {
			t.Fatalf("README.md:%d: %v\n%s%s", b.line, err, out, problems.String())
		}
		ran++
		if i+1 < len(blocks) && blocks[i+1].language != "sh" {
			if got := strings.ReplaceAll(string(out), "\r", ""); !sameAnswer(got, blocks[i+1].text) {
				t.Errorf("README.md:%d: the answer is\n%s", blocks[i+1].line, got)
			}
		}
		if server != nil {
			n.serve(t, "Listening on", server...)
		}
	}
	if ran < 9 {
		t.Errorf("only %d blocks of README were run", ran)
	}
}

// sameAnswer compares but for the time at which an answer was made, and its
// secrets.
func sameAnswer(got, want string) bool {
	made := regexp.MustCompile(`"generatedAt":"[^"]*"|"whsec_[^"]+"`)
	return strings.TrimSpace(made.ReplaceAllString(got, "")) == strings.TrimSpace(made.ReplaceAllString(want, ""))
}
