-- One unit of work on one asset or chapter. The row is the truth; messages only point at it.
create table jobs (
    id           uuid primary key,
    owner_id     uuid,
    ingest_id    uuid,
    asset_id     uuid,
    type         text not null,
    status       text not null default 'UPLOADED' check (status in ('UPLOADED', 'PROCESSING', 'DONE', 'FAILED', 'CANCELED')),
    lane         text not null default 'normal' check (lane in ('high', 'normal', 'low')),
    attempts     integer not null default 0,
    max_attempts integer not null,
    crashes      integer not null default 0,
    last_error   text,
    params       jsonb not null default '{}',
    -- The command's fields, so that the message can be made again from the row alone.
    input        jsonb not null,
    result       jsonb,
    not_before   timestamptz,
    claim_token  uuid,
    claimed_by   text,
    lease_until  timestamptz,
    created_at   timestamptz not null default now(),
    updated_at   timestamptz not null default now(),
    started_at   timestamptz,
    finished_at  timestamptz
) with (fillfactor = 80, autovacuum_vacuum_scale_factor = 0.05, autovacuum_vacuum_insert_scale_factor = 0.1);

create index jobs_ingest on jobs (ingest_id, asset_id) where ingest_id is not null;
create index jobs_waiting on jobs (type, updated_at) where status = 'UPLOADED';
create index jobs_running on jobs (lease_until) where status = 'PROCESSING';

-- One start of a job, recorded when it starts. An interrupted or crashed start is not counted in jobs.attempts.
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

-- A job that failed for good. Open while resolved_at is null; each open one has its message in error_queue.
create table failed_jobs (
    id               uuid primary key,
    job_id           uuid not null references jobs (id) on delete cascade,
    job_type         text not null,
    status           text not null default 'FAILED',
    attempts         integer not null,
    max_attempts     integer not null,
    last_error       text not null,
    error_stacktrace text not null,
    input_data       jsonb not null,
    error_class      text not null,
    error_code       text not null,
    fingerprint      text not null,
    error_queue      text not null,
    created_at       timestamptz not null default now(),
    updated_at       timestamptz not null default now(),
    resolved_at      timestamptz
);

create unique index failed_jobs_open on failed_jobs (job_id) where resolved_at is null;
create index failed_jobs_open_by_queue on failed_jobs (error_queue) where resolved_at is null;
create index failed_jobs_by_group on failed_jobs (fingerprint, created_at);

-- Whoever closes a dead letter, its copy in the error queue is taken away.
create function failed_jobs_closed() returns trigger language plpgsql as $$
begin
    perform pg_notify('dead_letter_closed', new.error_queue);
    return null;
end
$$;

create trigger failed_jobs_closed after update of resolved_at on failed_jobs
    for each row when (old.resolved_at is null and new.resolved_at is not null) execute function failed_jobs_closed();

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
    started_at   timestamptz not null default now(),
    heartbeat_at timestamptz not null default now()
);
