package alert

import (
	"context"
	"net"

	"github.com/contatore/contatore/ent"
)

// Compose writes a letter as e-mail channels send it.
func Compose(a *Alert, f *Facts, w *ent.Workspace, lang, baseURL string) (*Letter, error) {
	return compose(a, f, w, lang, baseURL)
}

// Chart draws a letter's chart.
func Chart(days []DayFact) ([]byte, error) { return chart(days) }

// SendBy sends a letter over connections of the test's own.
func (m Mail) SendBy(ctx context.Context, dial func(ctx context.Context, network, address string) (net.Conn, error), to []string, l *Letter) (status int, answer string, err error) {
	return m.sendBy(ctx, dial, to, l)
}

// Money writes an amount in a currency.
func Money(a Amount, currency, lang string) string { return languageOf(lang).money(a, currency) }
