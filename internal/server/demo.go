package server

import (
	"context"
	"fmt"
	"time"

	"github.com/contatore/contatore/internal/auth"
	"github.com/contatore/contatore/internal/calendar"
	"github.com/contatore/contatore/internal/sample"
)

const (
	demoWorkspace = "workspace-123"
	demoClient    = "customer-001"
	demoDays      = 30
	demoSeed      = 1
	demoKeyLife   = 24 * time.Hour
)

// operator is whoever started the program: they may do everything.
func operator(ctx context.Context) context.Context {
	return auth.With(ctx, auth.Viewer{Role: auth.Admin})
}

// fillSample gives an empty database the sample data.
func (s *server) fillSample(ctx context.Context) error {
	ids, err := s.book.Workspaces(ctx)
	if err != nil || len(ids) > 0 {
		return err
	}
	return sample.Fill(operator(ctx), s.meter, s.directory, sample.Options{
		Workspace: demoWorkspace, Days: demoDays, Seed: demoSeed, End: calendar.MinDate, Now: s.host.Now(),
	}, s.host.Progress)
}

// firstKey makes an ADMIN key where nobody could come in otherwise. Its secret
// is printed this once and kept nowhere.
func (s *server) firstKey(ctx context.Context) error {
	if s.config.AdminKey != "" {
		return nil
	}
	opened, err := s.keys.Any(ctx)
	if err != nil || opened {
		return err
	}
	created, err := s.createAdmin(ctx, "first key", 0)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(s.host.Out, "The first API key, with role ADMIN; it is shown this once: %s\n", created)
	return err
}

// demoLinks prints what a newcomer opens and pastes. Secrets stand in the
// URL's fragment, which no browser sends.
func (s *server) demoLinks(ctx context.Context, base string) error {
	key, err := s.createAdmin(ctx, "demo", demoKeyLife)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(s.host.Out, `
Dashboard  %[1]s/#key=%[2]s
GraphiQL   %[1]s/graphiql#key=%[2]s&workspace=%[3]s
Track one answer:
  curl -s %[1]s/graphql -H 'Authorization: Bearer %[2]s' -H 'Content-Type: application/json' -d '{"query":"mutation { trackUsage(input: {workspaceId: \"%[3]s\", clientId: \"%[4]s\", response: \"Ciao!\"}) { tracked reason usage { id price } } }"}'

The key in these lines has role ADMIN and ends in 24 hours; each start with --demo makes another.
`, base, key, demoWorkspace, demoClient)
	return err
}

func (s *server) createAdmin(ctx context.Context, name string, life time.Duration) (secret string, err error) {
	input := auth.CreateInput{Name: name, Role: auth.Admin}
	if life > 0 {
		expires := calendar.StampOf(s.host.Now().Add(life).UTC().Format(time.RFC3339))
		input.ExpiresAt = &expires
	}
	created, err := s.keys.Create(operator(ctx), input)
	if err != nil {
		return "", err
	}
	return created.Secret, nil
}
