-- irreversible: Titles are removed.
alter table pages drop column title;
