-- Calls of providers, as service::Ledger keeps them: the same request has the same key, requests of one account share its limits,
-- and of some nobody will ever know what became of them. What a call costs may be less than a cent.
ALTER TABLE provider_calls
  ADD key     TEXT NOT NULL DEFAULT '',
  ADD account TEXT NOT NULL DEFAULT '',
  ADD failure TEXT NOT NULL DEFAULT '',
  ALTER cost_cents TYPE NUMERIC(14, 4),
  DROP CONSTRAINT provider_calls_state_check,
  ADD CONSTRAINT provider_calls_state_check
    CHECK (state IN ('intended', 'running', 'succeeded', 'failed', 'cancelled', 'unknown'));
CREATE INDEX provider_calls_unfinished ON provider_calls (user_id, key) WHERE state IN ('intended', 'running');
CREATE INDEX provider_calls_account ON provider_calls (account, created_at);
