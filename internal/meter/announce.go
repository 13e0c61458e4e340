package meter

import (
	"context"
	"maps"
	"slices"
	"sync"
	"time"
)

const (
	// announcePause lies between two announcements: the workspaces that change
	// meanwhile share the next one.
	announcePause = 100 * time.Millisecond
	// announceTimeout bounds one.
	announceTimeout = time.Second
)

// news are the workspaces that changed here and that the other nodes were not
// told of. Telling them is no part of a commit: PostgreSQL would let only one
// commit at a time.
type news struct {
	mu  sync.Mutex
	ids map[string]struct{}
	// more holds a mark when there are any; over is closed when no more come.
	more, over chan struct{}
	end        sync.Once
	told       sync.WaitGroup
}

// changed tells who looks at the workspaces, here and on other nodes, that
// something was counted or taken back. It never waits for them.
func (m *Meter) changed(workspaceIDs map[string]struct{}) {
	if len(workspaceIDs) == 0 {
		return
	}
	for id := range workspaceIDs {
		m.mark(id)
	}
	m.news.mu.Lock()
	defer m.news.mu.Unlock()
	maps.Copy(m.news.ids, workspaceIDs)
	select {
	case m.news.more <- struct{}{}:
	default: // it is about to look
	}
}

// announce tells the other nodes until there is nothing more to tell.
func (m *Meter) announce() {
	defer m.news.told.Done()
	for open := true; open; {
		select {
		case <-m.news.more:
		case <-m.news.over:
			open = false
		}
		m.news.mu.Lock()
		ids := slices.Sorted(maps.Keys(m.news.ids))
		clear(m.news.ids)
		m.news.mu.Unlock()
		if len(ids) == 0 {
			continue
		}
		ctx, cancel := context.WithTimeout(context.Background(), announceTimeout)
		_ = m.book.Announce(ctx, m.node, ids) // the others look by themselves, too
		cancel()
		pause := time.NewTimer(announcePause)
		select {
		case <-pause.C:
		case <-m.news.over:
		}
		pause.Stop()
	}
}

func (n *news) shut() { n.end.Do(func() { close(n.over) }) }
