-- Durations of jobs as histograms, one set a minute. Bucket b counts durations of about 2^(b/8) milliseconds.
create table job_latencies (
    minute  timestamptz not null,
    type    text not null,
    -- Empty for the whole job.
    stage   text not null,
    outcome text not null,
    measure text not null check (measure in ('wait', 'run', 'total')),
    bucket  smallint not null,
    count   bigint not null,
    primary key (minute, type, stage, outcome, measure, bucket)
);

-- No worker claims the whole of parts (such as a video), so its durations are recorded when its row finishes.
create function jobs_whole_measured() returns trigger language plpgsql as $$
declare
    possible timestamptz := greatest(new.created_at, new.not_before);
    started  timestamptz := coalesce(new.started_at, new.finished_at);
begin
    insert into job_latencies (minute, type, stage, outcome, measure, bucket, count)
    select date_trunc('minute', now()), new.type, '', case new.status when 'DONE' then 'done' else 'dead_letter' end, measure,
      round(8 * log(2, greatest(1, 1000 * extract(epoch from took))))::smallint, 1
    from (values ('run', new.finished_at - started), ('total', new.finished_at - possible), ('wait', started - possible))
      as measured (measure, took)
    order by measure
    on conflict (minute, type, stage, outcome, measure, bucket) do update set count = job_latencies.count + 1;
    return null;
end
$$;

create trigger jobs_whole_measured after update of status on jobs for each row
    when (new.claim_token is null and new.parent_id is null and new.status in ('DONE', 'FAILED') and old.status <> new.status)
    execute function jobs_whole_measured();
