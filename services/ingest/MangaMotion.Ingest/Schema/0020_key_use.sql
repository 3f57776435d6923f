-- When a key was last used, to the minute.
alter table api_keys add column last_used_at timestamptz;
create index api_keys_by_owner on api_keys (owner_id, created_at);
