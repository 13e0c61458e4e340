package server

import (
	"net/http"
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"github.com/contatore/contatore/internal/alert"
	"github.com/contatore/contatore/internal/meter"
)

// metrics are the figures of this process. None names a workspace, so that
// /metrics needs no key.
type metrics struct {
	registry *prometheus.Registry
	requests *prometheus.CounterVec
	latency  *prometheus.HistogramVec
	events   *prometheus.CounterVec
	batch    prometheus.Histogram
	commit   prometheus.Histogram
	failures prometheus.Counter
	attempts *prometheus.CounterVec
}

func newMetrics() *metrics {
	m := &metrics{
		registry: prometheus.NewRegistry(),
		requests: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "contatore_http_requests_total", Help: "Requests answered, by route and status code.",
		}, []string{"route", "code"}),
		latency: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "contatore_http_request_duration_seconds", Help: "From a request's header to the end of its answer, by route.",
			Buckets: []float64{.001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 30, 60},
		}, []string{"route"}),
		events: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "contatore_events_total", Help: "Usage events judged, by result: TRACKED, DUPLICATE, or the reason why not.",
		}, []string{"result"}),
		batch: prometheus.NewHistogram(prometheus.HistogramOpts{
			Name: "contatore_commit_events", Help: "Events that shared one commit.",
			Buckets: prometheus.ExponentialBuckets(1, 2, 14),
		}),
		commit: prometheus.NewHistogram(prometheus.HistogramOpts{
			Name: "contatore_commit_duration_seconds", Help: "Time of one commit, from its first statement to durable.",
			Buckets: []float64{.0005, .001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10},
		}),
		failures: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "contatore_commit_failures_total", Help: "Commits that failed; their callers were told so.",
		}),
		attempts: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "contatore_alert_attempts_total", Help: "Attempts to deliver an alert, by the channel's kind and result: ARRIVED or FAILED.",
		}, []string{"kind", "result"}),
	}
	m.registry.MustRegister(m.requests, m.latency, m.events, m.batch, m.commit, m.failures, m.attempts,
		collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return m
}

// committed counts one transaction of the meter.
func (m *metrics) committed(c meter.Commit) {
	if c.Err != nil {
		m.failures.Inc()
		return
	}
	m.batch.Observe(float64(c.Events))
	m.commit.Observe(c.Took.Seconds())
}

// judged counts one event.
func (m *metrics) judged(result string) { m.events.WithLabelValues(result).Inc() }

// attempted counts one attempt to deliver an alert.
func (m *metrics) attempted(kind alert.ChannelKind, arrived bool) {
	result := "FAILED"
	if arrived {
		result = "ARRIVED"
	}
	m.attempts.WithLabelValues(string(kind), result).Inc()
}

// watch shows how many events wait for a commit, and how many subscribers for
// a change.
func (m *metrics) watch(of *meter.Meter) {
	m.registry.MustRegister(prometheus.NewGaugeFunc(prometheus.GaugeOpts{
		Name: "contatore_queue_events", Help: "Events that wait for a commit.",
	}, func() float64 { return float64(of.Depth()) }), prometheus.NewGaugeFunc(prometheus.GaugeOpts{
		Name: "contatore_live_subscribers", Help: "Subscribers to live totals, over WebSocket and SSE.",
	}, func() float64 { return float64(of.Watchers()) }))
}

// answered counts one answer. The life of an upgraded connection or a stream is
// no latency.
func (m *metrics) answered(route string, code int, stream bool, took time.Duration) {
	m.requests.WithLabelValues(route, strconv.Itoa(code)).Inc()
	if code != http.StatusSwitchingProtocols && !stream {
		m.latency.WithLabelValues(route).Observe(took.Seconds())
	}
}

func (m *metrics) handler() http.Handler {
	return promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{DisableCompression: true})
}
