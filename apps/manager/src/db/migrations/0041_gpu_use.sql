-- Use of the GPUs that a kernel has to itself: mean over them, 0 to 1, and memory of all. Null where nothing tells it.
alter table kernel_usage
  add column gpu_utilization double precision,
  add column gpu_mem_bytes double precision;
