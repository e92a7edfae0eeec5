import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: [
      'packages/**/*.test.ts',
      'apps/**/*.test.ts',
      'simulation/**/*.test.ts',
      'tools/**/*.test.ts',
    ],
    exclude: ['**/node_modules/**', '**/*.host.test.ts'],
    globalSetup: ['packages/testkit/src/global-setup.ts'],
    // vitest would leave one core to others.
    maxWorkers: '100%',
    testTimeout: 20_000,
    // A manager on a database of its own, and people of every role in it: more than vitest's 10 s on a busy machine.
    hookTimeout: 60_000,
  },
})
