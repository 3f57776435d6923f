-- Voices of speakers and pronunciations of words, for the videos of a collection.
create table collection_casts (
    owner_id   uuid not null,
    collection text not null,
    -- Object with voices and pronunciations, as cast in a script.
    cast_json  jsonb not null,
    primary key (owner_id, collection)
);
