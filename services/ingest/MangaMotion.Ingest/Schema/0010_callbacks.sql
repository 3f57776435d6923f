alter table ingests
    add column not_before timestamptz,
    -- Told of the end of the ingest.
    add column callback_url text;
