-- name: find
SELECT workspace_id, id, client_id, price, kind, model, input_tokens, output_tokens, created_at, recorded_at, idempotency_key, voided_at, void_reason
FROM usages WHERE workspace_id = $1 AND id = $2

-- name: void
UPDATE usages SET voided_at = $3, void_reason = $4
WHERE workspace_id = $1 AND id = $2 AND voided_at IS NULL

-- name: take_bucket
UPDATE usage_buckets SET messages = messages - 1, cost = cost - $5, input_tokens = input_tokens - $6, output_tokens = output_tokens - $7
WHERE workspace_id = $1 AND starts_at = $2 AND kind = $3 AND model = $4

-- name: take_day
UPDATE client_days SET messages = messages - 1, cost = cost - $4
WHERE workspace_id = $1 AND day = $2 AND client_id = $3
