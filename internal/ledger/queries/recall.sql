-- What may be remembered of days that are over, and how to tell that it may.

-- name: note_late
INSERT INTO late_days AS t (workspace_id, day, changes)
SELECT workspace_id, day, changes
FROM {{rows: workspace_id text, day integer, changes bigint}}
WHERE true
ON CONFLICT (workspace_id, day) DO UPDATE SET changes = t.changes + excluded.changes

-- name: late
SELECT day, changes FROM late_days WHERE workspace_id = $1 AND (day >= $2 AND day <= $3 OR day = $4)

-- name: messages
SELECT COALESCE(SUM(messages), 0) FROM usage_buckets WHERE workspace_id = $1 AND starts_at >= $2 AND starts_at < $3
