-- A video is claimed by no worker, so none measures it: its end does. The buckets are those of job_latencies.
create function record_whole_latency() returns trigger language plpgsql as $$
declare
    possible timestamptz := greatest(new.created_at, new.not_before);
    started  timestamptz := coalesce(new.started_at, new.finished_at, clock_timestamp());
    ended    timestamptz := coalesce(new.finished_at, clock_timestamp());
begin
    insert into job_latencies (minute, type, stage, outcome, measure, bucket, count)
    select date_trunc('minute', now()), new.type, '', case new.status when 'DONE' then 'done' else 'dead_letter' end, measure,
      round(8 * log(2, greatest(1, 1000 * extract(epoch from took))))::smallint, 1
    from (values ('run', ended - started), ('total', ended - possible), ('wait', started - possible)) as measured (measure, took)
    order by measure
    on conflict (minute, type, stage, outcome, measure, bucket) do update set count = job_latencies.count + 1;
    return null;
end
$$;

create trigger record_whole_latency after update of status on jobs for each row
    when (new.type = 'video' and new.status in ('DONE', 'FAILED') and old.status <> new.status)
    execute function record_whole_latency();
