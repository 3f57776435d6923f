-- A dead letter is FAILED while it is open. A replay closes it: REPLAYING while the job lives again, then RESOLVED, or
-- FAILED_AGAIN, which leaves its place to the next dead letter of the job.
alter table failed_jobs
    add column owner_id    uuid,
    add column permanent   boolean not null default false,
    -- The tool's command line, its exit and the end of its stderr, where a tool failed; for operators.
    add column tool_output text;

update failed_jobs f set owner_id = j.owner_id, status = case when f.resolved_at is null then 'FAILED' else 'RESOLVED' end
from jobs j where j.id = f.job_id;

alter table failed_jobs add constraint failed_jobs_status check (status in ('FAILED', 'REPLAYING', 'RESOLVED', 'FAILED_AGAIN'));

create index failed_jobs_by_owner on failed_jobs (owner_id, created_at, id);
create index failed_jobs_by_age on failed_jobs (created_at);

-- Whoever deletes an open dead letter, its copy in the error queue is taken away too.
create trigger failed_jobs_deleted after delete on failed_jobs
    for each row when (old.resolved_at is null) execute function failed_jobs_closed();

create or replace function failed_jobs_closed() returns trigger language plpgsql as $$
begin
    perform pg_notify('dead_letter_closed', old.error_queue);
    return null;
end
$$;

-- The dead letter whose replay the present life of the job is.
alter table jobs add column replay_of uuid;

-- A request to run dead letters again, carried out in steps by any instance that accepts jobs.
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

-- At most one outstanding replay of a dead letter, whoever asks for it and however often.
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

-- The end of a replay is written with the end of the job, whoever started the one and wherever the other happens.
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
    -- Only a canary has somebody waiting for its end.
    if awaited then
        notify replay_batches;
    end if;
    return null;
end
$$;

create trigger jobs_replay_ended after update of status on jobs for each row
    when (new.replay_of is not null and old.status in ('UPLOADED', 'PROCESSING') and new.status in ('DONE', 'FAILED', 'CANCELED'))
    execute function jobs_replay_ended();
