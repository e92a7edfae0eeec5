import { chromiumLaunch } from '@capstan/testkit/chromium'
import { defineConfig } from '@playwright/test'

/**
 * One real system serves all files, and two browsers at a time look at it, so a test minds only what it has made. `--trace on`
 * records what a test does; it costs a fifth of the time.
 */
export default defineConfig({
  testDir: '.',
  testMatch: '*.e2e.ts',
  globalSetup: './support/setup.ts',
  outputDir: '../test-results/browser',
  workers: 2,
  forbidOnly: true,
  timeout: 90_000,
  expect: { timeout: 15_000 },
  use: {
    launchOptions: chromiumLaunch,
    viewport: { width: 1440, height: 900 },
    locale: 'en-US',
    screenshot: 'only-on-failure',
    // What moves while it is clicked is missed now and then. The tests about movement ask for it.
    contextOptions: { reducedMotion: 'reduce' },
  },
})
