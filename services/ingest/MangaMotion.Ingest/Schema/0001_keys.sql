-- A caller's key; only its SHA-256 is kept.
create table api_keys (
    id           uuid primary key,
    owner_id     uuid not null,
    name         text not null,
    key_sha256   bytea not null unique,
    scopes       text[] not null,
    created_at   timestamptz not null default now(),
    revoked_at   timestamptz,
    -- Rounded: written at most once a minute.
    last_used_at timestamptz
);

create index api_keys_by_owner on api_keys (owner_id, created_at);
