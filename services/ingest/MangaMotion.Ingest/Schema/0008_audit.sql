-- Changes that callers made, kept as long as Retention__Audit says.
create table audit (
    id       uuid primary key,
    at       timestamptz not null default clock_timestamp(),
    owner_id uuid not null,
    key_id   uuid not null,
    key_name text not null,
    action   text not null,
    -- Id or name of what was changed; null for a change of several things.
    target   text,
    -- Parameters that chose what was changed.
    filter   jsonb,
    -- Number of things that were changed, if the action counts them.
    count    bigint
);

-- Ids are UUIDs of version 7, which sort by time.
create index audit_by_owner on audit (owner_id, id desc);
create index audit_by_age on audit (at);
