-- A caller's key; only its SHA-256 is kept.
create table api_keys (
    id         uuid primary key,
    owner_id   uuid not null,
    name       text not null,
    key_sha256 bytea not null unique,
    scopes     text[] not null,
    created_at timestamptz not null default now(),
    revoked_at timestamptz
);

-- One submission: 1..N assets accepted together.
create table ingests (
    id         uuid primary key,
    owner_id   uuid not null,
    collection text,
    lane       text not null,
    params     jsonb not null default '{}',
    created_at timestamptz not null default now()
);

create index ingests_by_collection on ingests (owner_id, collection, created_at) where collection is not null;

-- One uploaded object.
create table assets (
    id         uuid primary key,
    ingest_id  uuid not null references ingests (id) on delete cascade,
    owner_id   uuid not null,
    position   integer not null,
    name       text not null,
    key        text not null,
    size       bigint not null,
    sha256     text not null,
    media_type text,
    created_at timestamptz not null default now(),
    unique (ingest_id, position)
);
