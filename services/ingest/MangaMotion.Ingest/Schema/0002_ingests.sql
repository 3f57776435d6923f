-- One submission: 1..N assets accepted together.
create table ingests (
    id           uuid primary key,
    owner_id     uuid not null,
    collection   text,
    lane         text not null,
    params       jsonb not null default '{}',
    created_at   timestamptz not null default now(),
    not_before   timestamptz,
    -- Notified of the end of the ingest.
    callback_url text
);

-- Lists of an owner's ingests, newest first. Ids are UUIDs of version 7, which sort by time.
create index ingests_by_owner on ingests (owner_id, id desc);
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

-- Searches match any part of a file's name; as 0005_search.sql of the jobs.
do $$
begin
    create extension if not exists pg_trgm;
    create index assets_name_search on assets using gin (name gin_trgm_ops) with (gin_pending_list_limit = 1024);
exception when insufficient_privilege or undefined_file or feature_not_supported then
    raise notice 'Searching without an index: %', sqlerrm;
end
$$;
