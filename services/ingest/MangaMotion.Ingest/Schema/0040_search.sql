-- Names of files are searched for any part of them; as 0071_search.sql of the jobs.
do $$
begin
    create extension if not exists pg_trgm;
    create index assets_name_search on assets using gin (name gin_trgm_ops) with (gin_pending_list_limit = 1024);
exception when insufficient_privilege or undefined_file or feature_not_supported then
    raise notice 'Searching without an index: %', sqlerrm;
end
$$;
