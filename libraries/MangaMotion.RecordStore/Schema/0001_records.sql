-- Callers' JSON records. Each collection of an owner has tables of its own here, named t1, t2, …: made by the records
-- service, known by the two catalogue tables, never named by a caller.
create schema records;

create table records.tables (
    id         bigint generated always as identity primary key,
    owner_id   uuid not null,
    -- Null for the records of ingests without a collection.
    collection text,
    storage    text not null check (storage in ('sql', 'jsonb')),
    created_at timestamptz not null default now()
);

create index tables_by_collection on records.tables (owner_id, collection);

-- What stands in which column of a table of storage 'sql'. Columns are added, never changed or dropped.
create table records.columns (
    table_id    bigint not null references records.tables (id) on delete cascade,
    ordinal     smallint not null,
    -- The field as the caller names it: any text, of any length.
    field       text not null,
    column_name text not null,
    type        text not null,
    primary key (table_id, ordinal)
);

-- One attempt to store one payload. Its rows are to be seen when the job is DONE under this claim token, and never before:
-- the commit of the job's result is what makes them visible, all at once.
create table records.loads (
    id          bigint generated always as identity primary key,
    job_id      uuid not null,
    claim_token uuid not null,
    owner_id    uuid not null,
    collection  text,
    ingest_id   uuid,
    table_id    bigint not null references records.tables (id),
    records     bigint not null default 0,
    created_at  timestamptz not null default now()
);

create unique index loads_by_job on records.loads (job_id, claim_token);
create index loads_by_collection on records.loads (owner_id, collection, id);
create index loads_by_ingest on records.loads (ingest_id, id);
