-- The transaction that last changed what a job shows. Whoever keeps a snapshot (pg_current_snapshot) of what was seen can so
-- ask for exactly what was not: commits out of order are no matter.
alter table jobs
    add column revision xid8 not null default '3',
    add column stage text,
    add column progress smallint not null default 0;
alter table jobs alter column revision set default pg_current_xact_id();

create index jobs_changed on jobs (ingest_id, revision, id) where ingest_id is not null;

create function jobs_revised() returns trigger language plpgsql as $$
begin
    new.revision := pg_current_xact_id();
    return new;
end
$$;

-- Not for a renewed lease, which shows nothing.
create trigger jobs_revised before update on jobs
    for each row when (
        old.status <> new.status or old.claim_token is distinct from new.claim_token
        or old.progress <> new.progress or old.stage is distinct from new.stage)
    execute function jobs_revised();
