-- Waiting jobs by the holder of their share: the owner of a job, or the whole of a part.
create index jobs_waiting_by_holder on jobs (type, lane, bulk, (coalesce(owner_id, parent_id)), id)
    where status = 'UPLOADED' and coalesce(owner_id, parent_id) is not null;
drop index jobs_waiting_by_owner;
