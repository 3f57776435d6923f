-- Variants that are made of each file of a collection, unless the ingest has its own.
create table collection_variants (
    owner_id   uuid not null,
    collection text not null,
    -- Array of objects with name, longest_side, format, fit and quality.
    variants   jsonb not null,
    primary key (owner_id, collection)
);
