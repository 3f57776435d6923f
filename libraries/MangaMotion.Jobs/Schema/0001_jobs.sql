-- One unit of work on one asset or chapter. The row is the truth about a job; messages only name it.
create table jobs (
    id           uuid primary key,
    owner_id     uuid,
    ingest_id    uuid,
    asset_id     uuid,
    -- The job that this one is a part of. A part is claimed and retried like any job; if it fails for good, its whole fails.
    parent_id    uuid references jobs (id) on delete cascade,
    type         text not null,
    status       text not null default 'UPLOADED',
    lane         text not null default 'normal',
    -- True while the message of the job waits in the bulk queue of its lane.
    bulk         boolean not null default false,
    attempts     integer not null default 0,
    max_attempts integer not null,
    crashes      integer not null default 0,
    last_error   text,
    params       jsonb not null default '{}',
    -- Fields of the command, from which the message can be made again.
    input        jsonb not null,
    result       jsonb,
    stage        text,
    progress     smallint not null default 0,
    not_before   timestamptz,
    claim_token  uuid,
    claimed_by   text,
    lease_until  timestamptz,
    -- The dead letter whose replay is running.
    replay_of    uuid,
    -- The transaction that last changed a visible column. A reader that keeps its snapshot (pg_current_snapshot) can ask for
    -- exactly the rows it has not seen, whatever the order of commits.
    revision     xid8 not null default pg_current_xact_id(),
    created_at   timestamptz not null default now(),
    updated_at   timestamptz not null default now(),
    started_at   timestamptz,
    finished_at  timestamptz,
    constraint jobs_status check (status in ('UPLOADED', 'PROCESSING', 'DONE', 'FAILED', 'CANCELED')),
    constraint jobs_lane check (lane in ('high', 'normal', 'low')),
    -- A job is finished exactly when it has an end.
    constraint jobs_finished check ((finished_at is not null) = (status in ('DONE', 'FAILED', 'CANCELED'))),
    -- A waiting job has no claim. A running job has a token and a lease, or neither if it is the whole of parts. A finished job has
    -- no lease; it keeps the token of the attempt that finished it.
    constraint jobs_claim check (case status
        when 'UPLOADED' then claim_token is null and claimed_by is null and lease_until is null
        when 'PROCESSING' then (claim_token is null) = (lease_until is null) and (claim_token is null) = (claimed_by is null)
        else lease_until is null end)
) with (fillfactor = 80, autovacuum_vacuum_scale_factor = 0.05, autovacuum_vacuum_insert_scale_factor = 0.1);

create index jobs_ingest on jobs (ingest_id, asset_id) where ingest_id is not null;
create index jobs_parts on jobs (parent_id) where parent_id is not null;
create index jobs_waiting on jobs (type, updated_at) where status = 'UPLOADED';
create index jobs_waiting_by_owner on jobs (type, lane, bulk, owner_id, id) where status = 'UPLOADED' and owner_id is not null;
create index jobs_running on jobs (lease_until) where status = 'PROCESSING';
create index jobs_changed on jobs (ingest_id, revision, id) where ingest_id is not null;
-- Lists of an owner's jobs, newest first. Ids are UUIDs of version 7, which sort by time.
create index jobs_by_owner on jobs (owner_id, status, id desc) where owner_id is not null;
-- The orphan sweep asks for the hashes of stored parts.
create index jobs_part_hashes on jobs ((params ->> 'hash')) where parent_id is not null;

create function jobs_revised() returns trigger language plpgsql as $$
begin
    new.revision := pg_current_xact_id();
    return new;
end
$$;

-- A renewed lease changes nothing visible and keeps its revision.
create trigger jobs_revised before update on jobs
    for each row when (
        old.status <> new.status or old.claim_token is distinct from new.claim_token
        or old.progress <> new.progress or old.stage is distinct from new.stage)
    execute function jobs_revised();

-- One start of a job, recorded when it starts. Interrupted and crashed starts are not counted in jobs.attempts.
create table job_attempts (
    job_id     uuid not null references jobs (id) on delete cascade,
    token      uuid not null,
    worker_id  text not null,
    started_at timestamptz not null default clock_timestamp(),
    ended_at   timestamptz,
    outcome    text check (outcome in ('done', 'permanent', 'transient', 'interrupted', 'crashed')),
    error      text,
    primary key (job_id, token)
) with (fillfactor = 80);

-- One running instance of a service.
create table workers (
    id           text primary key,
    service      text not null,
    version      text not null,
    host         text not null,
    pid          integer not null,
    concurrency  integer not null,
    current_jobs uuid[] not null default '{}',
    memory_bytes bigint not null,
    job_types    text[] not null default '{}',
    -- Kind of the sandbox in which it opens files; null for a worker that opens none.
    sandbox      text,
    started_at   timestamptz not null default now(),
    heartbeat_at timestamptz not null default now(),
    -- End of the worker's lease; a worker silent beyond it is treated as dead.
    alive_until  timestamptz not null default now()
);

-- Queues from which no worker takes messages.
create table paused_queues (
    queue     text primary key,
    paused_at timestamptz not null default now()
);
