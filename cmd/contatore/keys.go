package main

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/contatore/contatore/internal/auth"
	"github.com/contatore/contatore/internal/calendar"
	"github.com/contatore/contatore/internal/database"
	"github.com/contatore/contatore/internal/fault"
)

type keysCommand struct {
	Create createKeyCommand `cmd:"" help:"Make a key and print its secret, this once."`
	List   listKeysCommand  `cmd:"" help:"List the keys, without their secrets."`
	Revoke revokeKeyCommand `cmd:"" help:"End a key."`
}

func (s storage) withKeys(ctx context.Context, sh *shell, fn func(ctx context.Context, keys *auth.Keys) error) error {
	return s.with(ctx, func(ctx context.Context, db *database.DB) error {
		return fn(ctx, auth.Open(db, "", sh.now, sh.random))
	})
}

type createKeyCommand struct {
	storage
	Role      auth.Role `required:"" enum:"ADMIN,MANAGE,READ,TRACK" placeholder:"ROLE" help:"What the key opens: ADMIN, MANAGE, READ or TRACK."`
	Workspace string    `placeholder:"ID" help:"The only workspace it opens (every one unless given)."`
	Name      string    `default:"unnamed" help:"For people, to tell keys apart."`
	Expires   string    `placeholder:"WHEN" help:"From when on it opens nothing: 90d, 2030-01-31 (UTC) or 2030-01-31T12:00:00+01:00 (never unless given)."`
}

// Run prints the secret on standard output and the rest on standard error, so
// that a script can catch the secret.
func (c *createKeyCommand) Run(ctx context.Context, sh *shell) error {
	input := auth.CreateInput{Name: c.Name, Role: c.Role}
	if c.Workspace != "" {
		input.WorkspaceID = &c.Workspace
	}
	if c.Expires != "" {
		stamp := calendar.StampOf(expiry(c.Expires, sh.now()))
		input.ExpiresAt = &stamp
	}
	return c.withKeys(ctx, sh, func(ctx context.Context, keys *auth.Keys) error {
		created, err := keys.Create(ctx, input)
		if err != nil {
			return err
		}
		fmt.Fprintf(sh.err, "Key %s; its secret is shown this once:\n", created.ID)
		_, err = fmt.Fprintln(sh.out, created.Secret)
		return err
	})
}

// expiry turns 90d and 2030-01-31 into RFC 3339 and leaves the rest to who
// judges it.
func expiry(text string, now time.Time) string {
	if n, err := strconv.Atoi(strings.TrimSuffix(text, "d")); err == nil && strings.HasSuffix(text, "d") && n < 100_000 {
		return now.UTC().AddDate(0, 0, n).Format(time.RFC3339)
	}
	if _, err := time.Parse(time.DateOnly, text); err == nil {
		return text + "T00:00:00Z"
	}
	return text
}

type listKeysCommand struct {
	storage
	Workspace string `placeholder:"ID" help:"Only the keys of this workspace."`
}

// Run prints a table, a line for each key.
func (c *listKeysCommand) Run(ctx context.Context, sh *shell) error {
	return c.withKeys(ctx, sh, func(ctx context.Context, keys *auth.Keys) error {
		list, err := keys.List(ctx, c.Workspace)
		if err != nil {
			return err
		}
		table := tabwriter.NewWriter(sh.out, 0, 0, 2, ' ', 0)
		fmt.Fprintln(table, "ID\tROLE\tWORKSPACE\tNAME\tCREATED\tEXPIRES\tREVOKED")
		for _, k := range list {
			workspace := "*"
			if k.WorkspaceID != nil {
				workspace = *k.WorkspaceID
			}
			fmt.Fprintf(table, "%s\t%s\t%s\t%q\t%s\t%s\t%s\n", k.ID, k.Role, workspace, k.Name, k.CreatedAt, late(k.ExpiresAt), late(k.RevokedAt))
		}
		return table.Flush()
	})
}

func late(at *calendar.Instant) string {
	if at == nil {
		return "-"
	}
	return at.String()
}

type revokeKeyCommand struct {
	storage
	ID string `arg:"" help:"The key's id, as contatore keys list shows it."`
}

// Run revokes a key; one that is revoked already stays so.
func (c *revokeKeyCommand) Run(ctx context.Context, sh *shell) error {
	return c.withKeys(ctx, sh, func(ctx context.Context, keys *auth.Keys) error {
		found, err := keys.Revoke(ctx, c.ID)
		if err != nil {
			return err
		}
		if !found {
			return fault.New(fault.Invalid, "No key has the id %q; contatore keys list shows them.", c.ID)
		}
		_, err = fmt.Fprintf(sh.out, "Revoked %s.\n", c.ID)
		return err
	})
}
