create table pages (number integer primary key, title text);
