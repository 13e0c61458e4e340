package ledger

import (
	"context"
	"fmt"
	"strings"
)

// Last is the workspace's newest usage that stands, nil where it has none.
func (s *Snapshot) Last(ctx context.Context, workspaceID string) (*Usage, error) {
	var last *Usage
	rows, err := s.tx.Query(ctx, `SELECT workspace_id, id, client_id, price, kind, model, input_tokens, output_tokens, created_at, recorded_at, idempotency_key, voided_at, void_reason
FROM usages WHERE workspace_id = $1 AND voided_at IS NULL ORDER BY created_at DESC, id DESC LIMIT 1`, workspaceID)
	err = each(rows, err, func() (err error) {
		last, err = usage(rows)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("last usage: %w", err)
	}
	return last, nil
}

// topic is what the nodes on one database tell each other of: "NODE ID", the
// workspace that changed on a node.
const topic = "contatore_usage"

// Announce tells the other nodes on this database which workspaces a node
// changed. It must follow the commit, and is a hint: what gets lost, nobody
// repeats.
func (b *Book) Announce(ctx context.Context, node string, workspaceIDs []string) error {
	texts := make([]string, len(workspaceIDs))
	for i, id := range workspaceIDs {
		texts[i] = node + " " + id
	}
	return b.db.Announce(ctx, topic, texts)
}

// Listen calls changed with each workspace that another node announces, and
// with "" where any may have been missed. It returns when ctx ends, or at once
// where there are no other nodes.
func (b *Book) Listen(ctx context.Context, node string, changed func(workspaceID string)) {
	b.db.Listen(ctx, topic, func(text string) {
		if from, id, ok := strings.Cut(text, " "); ok && from != node {
			changed(id)
		}
	}, func() { changed("") })
}
