-- Errors are searched by any part of their text. Where the extension pg_trgm may not be created (on a shared server), the search reads
-- all jobs of the owner: slower, with the same answer.
do $$
begin
    create extension if not exists pg_trgm;
    create index jobs_error_search on jobs using gin (last_error gin_trgm_ops) with (gin_pending_list_limit = 1024)
        where last_error is not null;
exception when insufficient_privilege or undefined_file or feature_not_supported then
    raise notice 'Searching without an index: %', sqlerrm;
end
$$;
