import { readFile } from 'node:fs/promises'
import { api } from '@capstan/contract/api'
import { baseImage } from './support/people.ts'
import { expect, test, uniqueName } from './support/test.ts'

const lineCount = 3000

test('SES-05 a batch session ends by itself and keeps its result, exit code and whole log', async ({
  page,
  startSession,
}) => {
  const name = uniqueName('batch')
  const command = `seq ${lineCount} | sed 's/.*/line & of the log/'; echo over; exit 3`
  const { id } = await startSession({ name, isBatch: true, command, until: 'terminated' })

  await page.goto(`/sessions?state=ended&name=${name}`)
  const row = page.getByRole('row').filter({ hasText: name })
  await expect(row).toContainText('Ended')
  await expect(row).toContainText('Failure (3)')

  await page.goto(`/sessions/${id}`)
  const drawer = page.getByRole('dialog', { name, exact: true })
  await expect(drawer.getByRole('definition').filter({ hasText: /^Failure$/ })).toBeVisible()
  await expect(drawer.getByRole('definition').filter({ hasText: /^3$/ })).toBeVisible()
  await drawer.getByRole('tab', { name: 'Log' }).click()
  const log = drawer.getByRole('log')
  await expect(log).toContainText('End of the log')
  await expect(log).toContainText(`line ${lineCount} of the log`)
  await drawer.getByRole('textbox', { name: 'Search the log' }).fill('line 2999 ')
  await expect(drawer.getByText('1 line matches')).toBeVisible()

  const downloading = page.waitForEvent('download')
  await drawer.getByRole('button', { name: 'Download' }).click()
  const download = await downloading
  expect(download.suggestedFilename()).toBe(`${name}.log`)
  const lines = (await readFile(await download.path(), 'utf8')).split('\n')
  expect(lines.filter(line => /^line \d+ of the log\r?$/.test(line))).toHaveLength(lineCount)
})

test('SES-05 a batch session whose command goes well has succeeded', async ({
  page,
  startSession,
}) => {
  const name = uniqueName('batch')
  await startSession({ name, isBatch: true, command: 'echo done', until: 'terminated' })
  await page.goto(`/sessions?state=ended&name=${name}`)
  await expect(page.getByRole('row').filter({ hasText: name })).toContainText('Success (0)')
})

test('SES-07 a session that goes over its memory ends, and says that this is why', async ({
  page,
  call,
  startSession,
}) => {
  const name = uniqueName('greedy')
  const { id } = await startSession({
    name,
    image: baseImage,
    memMiB: 256,
    isBatch: true,
    command: `python3 -c "held = b'x' * (1 << 30)"`,
    until: 'terminated',
  })
  const { reason } = await call(api.session.show, { id })
  await page.goto(`/sessions/${id}`)
  const status = page.getByRole('dialog', { name, exact: true }).getByRole('status').first()
  await expect(status).toContainText(/memory/i)
  await expect(status).toContainText('256')
  expect(reason?.code).toMatch(/memory/)
})
