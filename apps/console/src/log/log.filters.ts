/** Columns of the log that can be filtered by; `operation` chooses kinds of thing, `at` is a time as in `table-search.ts`. */
export const logFilters = [
  'operation',
  'target',
  'actorName',
  'outcome',
  'requestId',
  'at',
] as const
