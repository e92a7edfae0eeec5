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
    testTimeout: 20_000,
  },
})
