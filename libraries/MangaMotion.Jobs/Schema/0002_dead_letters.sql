-- A job that failed for good. A dead letter is open (FAILED) until it is replayed. A replay closes it: REPLAYING while the job runs
-- again, then RESOLVED, or FAILED_AGAIN when the job has a new dead letter. Each open one has its message in error_queue.
create table failed_jobs (
    id               uuid primary key,
    job_id           uuid not null references jobs (id) on delete cascade,
    owner_id         uuid,
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
    permanent        boolean not null default false,
    -- For operators, if a tool failed: its command line, its exit code and the end of its stderr.
    tool_output      text,
    created_at       timestamptz not null default now(),
    updated_at       timestamptz not null default now(),
    resolved_at      timestamptz,
    constraint failed_jobs_status check (status in ('FAILED', 'REPLAYING', 'RESOLVED', 'FAILED_AGAIN')),
    constraint failed_jobs_open check ((resolved_at is null) = (status = 'FAILED'))
);

create unique index failed_jobs_open_by_job on failed_jobs (job_id) where resolved_at is null;
create index failed_jobs_open_by_queue on failed_jobs (error_queue) where resolved_at is null;
create index failed_jobs_by_group on failed_jobs (fingerprint, created_at);
create index failed_jobs_by_owner on failed_jobs (owner_id, created_at, id);
create index failed_jobs_by_age on failed_jobs (created_at);

-- When a dead letter is closed or deleted, the sweeper of its error queue removes the copy there.
create function failed_jobs_closed() returns trigger language plpgsql as $$
begin
    perform pg_notify('dead_letter_closed', old.error_queue);
    return null;
end
$$;

create trigger failed_jobs_closed after update of resolved_at on failed_jobs
    for each row when (old.resolved_at is null and new.resolved_at is not null) execute function failed_jobs_closed();

create trigger failed_jobs_deleted after delete on failed_jobs
    for each row when (old.resolved_at is null) execute function failed_jobs_closed();

-- A request to replay dead letters, carried out in steps by any instance that accepts jobs.
create table replay_batches (
    id         uuid primary key,
    owner_id   uuid,
    canary     boolean not null,
    filter     jsonb not null,
    total      integer not null,
    status     text not null default 'RELEASING' check (status in ('RELEASING', 'RELEASED', 'STOPPED')),
    reason     text,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now()
);

create index replay_batches_releasing on replay_batches (created_at) where status = 'RELEASING';

create table replay_items (
    batch_id       uuid not null references replay_batches (id) on delete cascade,
    position       integer not null,
    dead_letter_id uuid not null references failed_jobs (id) on delete cascade,
    status         text not null default 'WAITING' check (status in ('WAITING', 'RELEASED', 'SUCCEEDED', 'FAILED', 'CANCELED', 'SKIPPED')),
    primary key (batch_id, position)
);

-- A dead letter has at most one outstanding replay, however often one is requested.
create unique index replay_items_outstanding on replay_items (dead_letter_id) where status in ('WAITING', 'RELEASED');
create index replay_items_waiting on replay_items (batch_id, position) where status = 'WAITING';
create index replay_items_by_dead_letter on replay_items (dead_letter_id);

create function replay_batch_created() returns trigger language plpgsql as $$
begin
    notify replay_batches;
    return null;
end
$$;

create trigger replay_batch_created after insert on replay_batches for each statement execute function replay_batch_created();

-- The end of a replay is written in the transaction that finishes the job, however the replay was started.
create function jobs_replay_ended() returns trigger language plpgsql as $$
declare
    awaited boolean;
begin
    update failed_jobs set updated_at = clock_timestamp(),
        status = case new.status when 'FAILED' then 'FAILED_AGAIN' else 'RESOLVED' end
    where id = new.replay_of and status = 'REPLAYING';

    with item as (
        update replay_items set status = case new.status when 'DONE' then 'SUCCEEDED' else new.status end
        where dead_letter_id = new.replay_of and status = 'RELEASED'
        returning batch_id)
    select b.canary and b.status = 'RELEASING' into awaited from item join replay_batches b on b.id = item.batch_id;
    -- Only the end of a canary lets its batch go on.
    if awaited then
        notify replay_batches;
    end if;
    return null;
end
$$;

create trigger jobs_replay_ended after update of status on jobs for each row
    when (new.replay_of is not null and old.status in ('UPLOADED', 'PROCESSING') and new.status in ('DONE', 'FAILED', 'CANCELED'))
    execute function jobs_replay_ended();
