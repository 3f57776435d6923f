-- The secret before the last renewal. Deliveries are signed with both secrets until previous_until.
alter table webhook_secrets
    add column previous_secret text,
    add column previous_until  timestamptz,
    add constraint webhook_secrets_previous check ((previous_secret is null) = (previous_until is null));
