import { defineConfig } from 'vitest/config'

/** Tests against the container engine and the kernel of this machine: one file at a time, for they share both. */
export default defineConfig({
  test: {
    include: ['apps/**/*.host.test.ts'],
    globalSetup: ['packages/testkit/src/engine-setup.ts'],
    fileParallelism: false,
    testTimeout: 60_000,
    hookTimeout: 120_000,
  },
})
