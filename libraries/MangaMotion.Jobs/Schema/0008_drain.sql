-- A worker that drains finishes its running jobs and takes no others. The mark ends with the row, so with the process.
alter table workers
    -- Start of the drain; null: the worker takes jobs.
    add column draining_since timestamptz,
    -- Name of the API key.
    add column drained_by     text;
