-- Number of jobs of an ingest in each status, kept as a sum of changes. Every statement that changes jobs adds its changes in its own
-- transaction, so the sum is exact at every moment and no statement waits for another's row. A background service folds the changes
-- into job_counts, one row for each ingest and type. Readers take the sum of both tables (job_count_totals).
create table job_counts (
    ingest_id  uuid,
    owner_id   uuid,
    type       text not null,
    queued     bigint not null,
    processing bigint not null,
    done       bigint not null,
    failed     bigint not null,
    canceled   bigint not null,
    unique nulls not distinct (ingest_id, owner_id, type)
) with (fillfactor = 80);

-- Unfinished work by owner: as many rows as there are unfinished ingests.
create index job_counts_open on job_counts (owner_id) where queued + processing <> 0;

create table job_count_changes (
    ingest_id  uuid,
    owner_id   uuid,
    type       text not null,
    queued     bigint not null,
    processing bigint not null,
    done       bigint not null,
    failed     bigint not null,
    canceled   bigint not null
) with (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000, autovacuum_analyze_threshold = 100000000);

create index job_count_changes_by_ingest on job_count_changes (ingest_id);

create view job_count_totals as
    select * from job_counts union all select * from job_count_changes;

-- Ingests whose end a request waits for; each job that finishes sends a notification.
create table ingest_waits (
    ingest_id   uuid primary key,
    wait_until  timestamptz not null
);

-- Parts of a job are not counted: they belong to their whole.
create function jobs_counted() returns trigger language plpgsql as $$
begin
    if tg_op = 'INSERT' then
        insert into job_count_changes
        select ingest_id, owner_id, type,
            count(*) filter (where status = 'UPLOADED'), count(*) filter (where status = 'PROCESSING'),
            count(*) filter (where status = 'DONE'), count(*) filter (where status = 'FAILED'), count(*) filter (where status = 'CANCELED')
        from new_jobs where parent_id is null and (ingest_id is not null or owner_id is not null)
        group by ingest_id, owner_id, type;
    elsif tg_op = 'DELETE' then
        insert into job_count_changes
        select ingest_id, owner_id, type,
            -count(*) filter (where status = 'UPLOADED'), -count(*) filter (where status = 'PROCESSING'),
            -count(*) filter (where status = 'DONE'), -count(*) filter (where status = 'FAILED'), -count(*) filter (where status = 'CANCELED')
        from old_jobs where parent_id is null and (ingest_id is not null or owner_id is not null)
        group by ingest_id, owner_id, type;
    else
        insert into job_count_changes
        select * from (
            select ingest_id, owner_id, type,
                coalesce(sum(n) filter (where status = 'UPLOADED'), 0) as queued,
                coalesce(sum(n) filter (where status = 'PROCESSING'), 0) as processing,
                coalesce(sum(n) filter (where status = 'DONE'), 0) as done,
                coalesce(sum(n) filter (where status = 'FAILED'), 0) as failed,
                coalesce(sum(n) filter (where status = 'CANCELED'), 0) as canceled
            from (
                select ingest_id, owner_id, type, status, 1 as n from new_jobs where parent_id is null
                union all
                select ingest_id, owner_id, type, status, -1 from old_jobs where parent_id is null) job
            where ingest_id is not null or owner_id is not null
            group by ingest_id, owner_id, type) change
        -- A renewed lease changes no status.
        where (queued, processing, done, failed, canceled) <> (0, 0, 0, 0, 0);
        perform pg_notify('ingest_job_ended', ingest_id::text) from ingest_waits
        where ingest_id in (select ingest_id from new_jobs where status in ('DONE', 'FAILED', 'CANCELED'));
    end if;
    return null;
end
$$;

create trigger jobs_counted_insert after insert on jobs
    referencing new table as new_jobs for each statement execute function jobs_counted();
create trigger jobs_counted_update after update on jobs
    referencing old table as old_jobs new table as new_jobs for each statement execute function jobs_counted();
create trigger jobs_counted_delete after delete on jobs
    referencing old table as old_jobs for each statement execute function jobs_counted();
