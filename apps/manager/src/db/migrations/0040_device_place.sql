-- What placement and people go by of an accelerator: its memory, what it has a fast link to, and the step in which shares of it
-- are given (thousandths of a device that go into a whole one without rest).
alter table device
  add column mem_bytes bigint,
  add column link_group text,
  add column share_step integer check (share_step > 0 and 1000 % share_step = 0);
