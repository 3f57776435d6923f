-- What is kept in the store under a hash is asked for by the sweep.
create index jobs_part_hashes on jobs ((params ->> 'hash')) where parent_id is not null;
