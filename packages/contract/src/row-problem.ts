import * as z from 'zod'

/** What is wrong with a row of a file, or with the one of many that has this name. */
export const RowProblem = z.object({
  /** Of a file: its line, and the head of the column. */
  line: z.int().nullable(),
  column: z.string().nullable(),
  name: z.string(),
  message: z.string(),
})
export type RowProblem = z.infer<typeof RowProblem>
