-- A key can expire, and its secret can be replaced. The installation's first key has a row like any other.
alter table api_keys
    add column expires_at        timestamptz,
    -- The first key: makes keys for every owner.
    add column is_first          boolean not null default false,
    -- SHA-256 of the MANGAMOTION_API_KEY that the row was last set to, so that a rotated key is not set back at the next start.
    add column configured_sha256 bytea;
