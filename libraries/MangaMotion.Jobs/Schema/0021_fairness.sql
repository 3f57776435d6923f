-- True where the job's message waits in the bulk queue of its lane, behind everybody's first few.
alter table jobs add column bulk boolean not null default false;

create index jobs_waiting_by_owner on jobs (type, lane, bulk, owner_id, id) where status = 'UPLOADED' and owner_id is not null;
