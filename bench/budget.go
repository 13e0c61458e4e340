//go:build linux

package main

import "context"

const (
	unlimited   = ", no budget"
	limited     = ", a budget that blocks"
	mayBeAsked  = ", allowance"
	budgetInput = `{ monthlyLimit: "1000000000", thresholds: [50, 80, 100], enforcement: BLOCK }`
)

// budgets measures row 10: counting within a budget beside counting without
// one, and how long it takes to ask whether a customer may be answered.
func (b *bench) budgets(ctx context.Context, name string, mine *contender) error {
	server := mine.servers[0]
	set := `mutation($w: ID!) { setBudget(workspaceId: $w, input: ` + budgetInput + `) { version } }`
	remove := `mutation($w: ID!) { removeBudget(workspaceId: $w) }`
	closed := pressure{connections: b.Busy, warm: b.Warm, window: b.Window}
	asking := target{servers: mine.servers, addrs: mine.addrs, want: []byte(`"allowed":true`)}
	for i := range customers {
		asking.requests = append(asking.requests, post("/graphql", b.key,
			document("query($w: ID!, $c: ID!) { allowance(workspaceId: $w, clientId: $c) { allowed remaining } }", map[string]any{"w": shop, "c": clientID(i)})))
	}
	for rep := range b.Reps {
		b.say("%s, budgets, repetition %d", name, rep+1)
		for _, with := range []bool{rep%2 == 0, rep%2 != 0} {
			what, change := name+unlimited, remove
			if with {
				what, change = name+limited, set
			}
			if _, err := b.graphql(ctx, server, change, map[string]any{"w": shop}); err != nil {
				return err
			}
			if err := b.track(ctx, mine, 10, what, closed); err != nil {
				return err
			}
			if !with {
				continue
			}
			l, err := b.press(ctx, asking, pressure{connections: 1, warm: b.Warm, window: b.Window / 2})
			if err != nil {
				return err
			}
			b.figures.add(10, name+mayBeAsked, ours, p50, ms(quantile(l.latency, 0.5)))
			b.figures.add(10, name+mayBeAsked, ours, p99, ms(quantile(l.latency, 0.99)))
		}
	}
	_, err := b.graphql(ctx, server, remove, map[string]any{"w": shop})
	return err
}
