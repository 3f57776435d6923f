-- Resumable uploads (tus 1.0). Their bytes arrive as parts, each an object of its own.
alter table uploads
    -- Bytes that the parts have; null for an upload by a link.
    add column received bigint check (received between 0 and size),
    -- Upload-Metadata as the client sent it.
    add column metadata text;

create table upload_parts (
    upload_id uuid not null references uploads (id) on delete cascade,
    -- Offset of the part in the file, in bytes.
    start     bigint not null,
    length    bigint not null,
    key       text not null,
    primary key (upload_id, start)
);
