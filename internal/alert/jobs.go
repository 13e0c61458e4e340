package alert

import (
	"context"
	"database/sql"
	"log/slog"
	"time"

	"github.com/riverqueue/river"
	"github.com/riverqueue/river/rivertype"

	"github.com/contatore/contatore/internal/auth"
	"github.com/contatore/contatore/internal/database"
)

// River keeps the jobs in tables of its own, which belong to no workspace, and
// hands each to one node. What is to be done next, and when, is in this
// package's tables: a job only says that it is time to look.

type workers = river.Client[*sql.Tx]

// fanOutArgs has an alert sent to the workspace's channels.
type fanOutArgs struct {
	Workspace string `json:"workspace"`
	Alert     string `json:"alert"`
}

// Kind names the job.
func (fanOutArgs) Kind() string { return "alert" }

// deliveryArgs has a delivery attempted.
type deliveryArgs struct {
	Workspace string `json:"workspace"`
	Delivery  string `json:"delivery"`
}

// Kind names the job.
func (deliveryArgs) Kind() string { return "delivery" }

// patrolArgs has the desk look at every workspace.
type patrolArgs struct{}

// Kind names the job.
func (patrolArgs) Kind() string { return "patrol" }

// worker runs the jobs of one kind.
type worker[T river.JobArgs] struct {
	river.WorkerDefaults[T]
	patience time.Duration
	work     func(context.Context, T) error
}

// Work is River's way to run a job.
func (w *worker[T]) Work(ctx context.Context, job *river.Job[T]) error { return w.work(ctx, job.Args) }

// Timeout is River's way to ask.
func (w *worker[T]) Timeout(*river.Job[T]) time.Duration { return w.patience }

const (
	maxWorkers = 16
	// patrolPatience bounds a look at all workspaces.
	patrolPatience = 10 * time.Minute
	// patrols is a queue of its own, so that a look at all workspaces and the
	// deliveries don't wait for each other.
	patrols = "patrol"
)

func (d *Desk) start(ctx context.Context) (*workers, error) {
	list := river.NewWorkers()
	// Longer than an attempt, so that how it went can be written down.
	attempt := d.patience + min(d.patience, 10*time.Second)
	river.AddWorker(list, &worker[fanOutArgs]{patience: attempt, work: d.fanOut})
	river.AddWorker(list, &worker[deliveryArgs]{patience: attempt, work: d.attempt})
	river.AddWorker(list, &worker[patrolArgs]{patience: patrolPatience, work: func(ctx context.Context, _ patrolArgs) error {
		return d.Patrol(auth.With(ctx, auth.Viewer{Role: auth.Admin}))
	}})
	client, err := river.NewClient(d.db.Jobs(), &river.Config{
		Logger:  slog.New(atLeast{d.log.Handler(), slog.LevelWarn}),
		Workers: list,
		Queues: map[string]river.QueueConfig{
			river.QueueDefault: {MaxWorkers: maxWorkers},
			patrols:            {MaxWorkers: 1},
		},
		// lib/pq's connections can't listen and work at once.
		PollOnly: true, FetchPollInterval: d.poll, FetchCooldown: min(d.poll, 100*time.Millisecond),
		JobTimeout: attempt,
		// What a crash cut off is done again.
		RescueStuckJobsAfter:        2 * attempt,
		CompletedJobRetentionPeriod: time.Hour,
		PeriodicJobs: []*river.PeriodicJob{river.NewPeriodicJob(quarters{}, func() (river.JobArgs, *river.InsertOpts) {
			return patrolArgs{}, &river.InsertOpts{Queue: patrols, MaxAttempts: 1, UniqueOpts: river.UniqueOpts{ByState: []rivertype.JobState{
				rivertype.JobStateAvailable, rivertype.JobStatePending, rivertype.JobStateRunning, rivertype.JobStateRetryable, rivertype.JobStateScheduled,
			}}}
		}, &river.PeriodicJobOpts{ID: "patrol", RunOnStart: true})},
	})
	if err != nil {
		return nil, err //nolint:wrapcheck // Start says what it was at
	}
	// Jobs end by Stop, not with the caller's context.
	if err := client.Start(context.WithoutCancel(ctx)); err != nil {
		return nil, database.Fault(err)
	}
	return client, nil
}

// atLeast leaves what is less than a level out of a log.
type atLeast struct {
	slog.Handler
	level slog.Level
}

// Enabled is slog's way to ask.
func (h atLeast) Enabled(ctx context.Context, level slog.Level) bool {
	return level >= h.level && h.Handler.Enabled(ctx, level)
}

// scoped is a context in which a job works for a workspace.
func scoped(ctx context.Context, workspaceID string) context.Context {
	return auth.With(ctx, auth.Viewer{Role: auth.Admin, WorkspaceID: workspaceID})
}
