-- The job of a stage that is one part: the script, the composition.
alter table stages add column part_id uuid;
