import * as z from 'zod'

// oxlint-disable-next-line no-control-regex -- exactly these are refused
const controls = /[\u0000-\u001f\u007f]/

/** One line for people, without what a database or a terminal would choke on. */
export const line = (most: number) =>
  z
    .string()
    .max(most, `at most ${most} characters`)
    .refine(text => !controls.test(text), {
      message: 'must be one line',
    })

/** Text of any lines, without what the database cannot keep. */
export const text = (most: number) =>
  z
    .string()
    .max(most)
    // oxlint-disable-next-line no-control-regex -- exactly this is refused
    .regex(/^[^\u0000]*$/, 'must not hold a NUL character')
