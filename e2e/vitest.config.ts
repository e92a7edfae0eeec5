import { defineConfig } from 'vitest/config'

/** The whole system, as users start it: one file at a time, each with a home and ports of its own. */
export default defineConfig({
  test: {
    root: import.meta.dirname,
    include: ['*.system.test.ts'],
    fileParallelism: false,
    testTimeout: 300_000,
    hookTimeout: 120_000,
  },
})
