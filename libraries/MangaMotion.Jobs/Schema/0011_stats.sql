-- How long jobs took, as histograms by the minute. Bucket b holds what took about 2^(b/8) milliseconds.
create table job_latencies (
    minute  timestamptz not null,
    type    text not null,
    -- Empty for the job as a whole.
    stage   text not null,
    outcome text not null,
    measure text not null check (measure in ('wait', 'run', 'total')),
    bucket  smallint not null,
    count   bigint not null,
    primary key (minute, type, stage, outcome, measure, bucket)
);

-- Queues that no worker takes from.
create table paused_queues (
    queue     text primary key,
    paused_at timestamptz not null default now()
);

alter table workers
    add column job_types text[] not null default '{}',
    -- Silent beyond this it is taken for dead: its lease.
    add column alive_until timestamptz not null default now();

-- Lists of an owner's jobs, newest first: ids are version 7, so their order is that of time.
create index jobs_by_owner on jobs (owner_id, status, id desc) where owner_id is not null;
