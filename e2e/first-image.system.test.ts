import { type ChildProcess, spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Browser, chromium, expect, type Page } from '@playwright/test'
import { canRunEngine, startTestEngine, type TestEngine } from '@capstan/testkit/engine'
import { chromiumLaunch } from '@capstan/testkit/chromium'
import { startSystem, type System } from '@capstan/testkit/system'
import { afterAll, beforeAll, test } from 'vitest'

const registryPort = 5000
const reference = `localhost:${registryPort}/capstan/tiny:1`

/** An engine that has no session image, and beside it a registry that has one. */
let engine: TestEngine
let registry: ChildProcess
let system: System
let browser: Browser
let page: Page
let folder: string

beforeAll(async () => {
  if (!canRunEngine()) throw new Error('this test needs Debian’s docker.io, and root')
  engine = await startTestEngine()
  folder = mkdtempSync(join(tmpdir(), 'capstan-registry-'))
  const config = join(folder, 'config.yml')
  writeFileSync(
    config,
    `version: 0.1\nstorage: {filesystem: {rootdirectory: ${folder}}}\nhttp: {addr: 127.0.0.1:${registryPort}}\n`,
  )
  registry = engine.spawn('docker-registry', ['serve', config])
  docker('tag', 'capstan/tiny:1', reference)
  await expect.poll(() => docker('push', reference), { timeout: 20_000 }).toBe(0)
  docker('rmi', 'capstan/tiny:1', reference)
  system = await startSystem({ env: { DOCKER_HOST: engine.host } })
  browser = await chromium.launch(chromiumLaunch)
  page = await browser.newPage({ baseURL: system.url, locale: 'en-US' })
})
afterAll(async () => {
  await browser?.close()
  await system?.stop()
  registry?.kill('SIGTERM')
  await engine?.stop()
  rmSync(folder, { recursive: true, force: true })
})

const docker = (...args: string[]): number | null =>
  spawnSync('docker', args, { env: { ...process.env, DOCKER_HOST: engine.host }, stdio: 'ignore' })
    .status

test('the first page offers an image where there is none, pulls it, says why when it cannot, and a session starts from it', async () => {
  await page.goto('/')
  await page.getByLabel('E-mail').fill(system.email)
  await page.getByLabel('Password', { exact: true }).fill(system.password)
  await page.getByRole('button', { name: 'Sign in' }).click()
  const name = page.getByRole('textbox', { name: 'Image name' })
  await expect(name).toBeVisible({ timeout: 30_000 })

  const work = page.getByRole('region', { name: 'Image work' })
  await name.fill(`localhost:${registryPort}/nobody/has-it:1`)
  await page.getByRole('button', { name: 'Pull an image' }).click()
  await expect(work.getByText('manifest unknown')).toBeVisible({ timeout: 30_000 })
  await expect(work.getByRole('button', { name: 'Try again' })).toBeVisible()

  await name.fill(reference)
  await page.getByRole('button', { name: 'Pull an image' }).click()
  await expect(work.getByText(reference)).toBeVisible()
  // The page may be loaded anew: the work goes on, and is found again.
  await page.reload()
  await expect(work.getByText('Done').first()).toBeVisible({ timeout: 30_000 })

  await page.goto('/sessions/new')
  const form = page.getByRole('dialog')
  await expect(form.getByRole('combobox', { name: 'Environment' })).toHaveValue(
    new RegExp(reference),
  )
  await form.getByRole('textbox', { name: 'Name', exact: true }).fill('first-one')
  await page.getByRole('button', { name: 'Start session' }).click()
  await expect(page.getByText('Running').first()).toBeVisible({ timeout: 30_000 })
})
