-- What is older than the log is kept goes, also where what undid it is kept still.
alter table audit_entry
  drop constraint audit_entry_undoes_fkey,
  add constraint audit_entry_undoes_fkey foreign key (undoes) references audit_entry on delete set null;
