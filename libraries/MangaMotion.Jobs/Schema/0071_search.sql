-- Errors are searched for any part of them. Where pg_trgm may not be made (a database of somebody else's), the search walks
-- the owner's jobs instead: slower, the same answer.
do $$
begin
    create extension if not exists pg_trgm;
    create index jobs_error_search on jobs using gin (last_error gin_trgm_ops) with (gin_pending_list_limit = 1024) where last_error is not null;
exception when insufficient_privilege or undefined_file or feature_not_supported then
    raise notice 'Searching without an index: %', sqlerrm;
end
$$;
