import type { Page } from '@playwright/test'
import { api } from '@capstan/contract/api'
import { baseImage } from './support/people.ts'
import { expect, test, uniqueName } from './support/test.ts'

/** What the screen of the terminal shows; its rows are drawn as elements. */
const screenOf = (page: Page) => page.getByRole('main', { name: 'Terminal' }).locator('.xterm-rows')

async function type(page: Page, command: string): Promise<void> {
  await page.getByRole('textbox', { name: 'Terminal input' }).focus()
  await page.keyboard.type(`${command}\n`)
}

test('SES-04 a terminal runs what is typed, follows the window’s size, and is there again after a reload', async ({
  page,
  context,
  url,
  startSession,
}) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write'], { origin: url })
  const { id } = await startSession({ name: uniqueName('shell') })
  await page.goto(`/sessions/${id}`)
  const opening = page.waitForEvent('popup')
  await page.getByRole('link', { name: 'Terminal', exact: true }).click()
  const terminal = await opening
  const state = terminal.getByRole('status').filter({ hasText: /\S/ })
  await expect(state).toContainText('Connected')
  await type(terminal, 'echo $((6 * 7)) is the answer')
  await expect(screenOf(terminal)).toContainText('42 is the answer')

  await type(terminal, 'echo wide: $(stty size)')
  await expect(screenOf(terminal)).toContainText(/wide: \d+ \d+/)
  const columns = async (label: string): Promise<number> => {
    const text = await screenOf(terminal).innerText()
    return Number(new RegExp(`${label}: \\d+ (\\d+)`).exec(text)?.[1])
  }
  const wide = await columns('wide')
  await terminal.setViewportSize({ width: 700, height: 600 })
  // The shell hears of it a moment later.
  let tries = 0
  await expect(async () => {
    const label = `narrow${tries++}`
    await type(terminal, `echo ${label}: $(stty size)`)
    await expect(screenOf(terminal)).toContainText(new RegExp(`${label}: \\d+ \\d+`))
    expect(await columns(label)).toBeLessThan(wide * 0.7)
  }).toPass({ timeout: 30_000 })

  await type(terminal, 'kept=before; echo copy-me-please')
  await expect(screenOf(terminal)).toContainText('copy-me-please\n')
  // What is chosen is copied; where the screen was drawn anew meanwhile, it has to be chosen again.
  await expect(async () => {
    await screenOf(terminal)
      .getByText('copy-me-please', { exact: true })
      .last()
      .dblclick({ force: true })
    const copied = await terminal.evaluate(async () => navigator.clipboard.readText())
    expect(copied).toContain('copy')
  }).toPass({ timeout: 15_000 })

  await terminal.reload()
  await expect(state).toContainText('Connected')
  await expect(screenOf(terminal)).toContainText('copy-me-please')
  await type(terminal, 'echo it was $kept')
  await expect(screenOf(terminal)).toContainText('it was before')

  await type(terminal, 'exit 4')
  await expect(state).toContainText('The shell ended with exit code 4')
  await state.getByRole('button', { name: 'New shell' }).click()
  await expect(state).toContainText('Connected')
})

test('SES-04 Jupyter opens through the proxy in a tab of its own, and a notebook’s kernel answers over a WebSocket', async ({
  page,
  call,
  startSession,
}) => {
  const name = uniqueName('notebook')
  const { id } = await startSession({ name, image: baseImage, cpu: 0.5, memMiB: 512 })
  await page.goto(`/sessions/${id}`)
  await page.getByRole('button', { name: 'Applications', exact: true }).click()
  const opening = page.waitForEvent('popup')
  await page.getByRole('menuitem', { name: 'jupyter' }).click()
  const jupyter = await opening
  await jupyter.waitForURL(/\/(tree|lab)/, { timeout: 60_000 })
  await expect(jupyter).toHaveTitle(/Home|Jupyter/, { timeout: 30_000 })

  const answer = await jupyter.evaluate(runInKernel)
  expect(answer).toBe('42')
  await call(api.session.terminate, { ids: [id], force: false })
})

/** In the page of Jupyter: starts a kernel, runs a line in it over its WebSocket, answers what it printed. */
async function runInKernel(): Promise<string> {
  const xsrf = /_xsrf=([^;]+)/.exec(document.cookie)?.[1] ?? ''
  const started = await fetch('/api/kernels', { method: 'POST', headers: { 'X-XSRFToken': xsrf } })
  if (!started.ok) throw new Error(`no kernel: ${started.status} ${await started.text()}`)
  const kernel: { id: string } = await started.json()
  const address = `${location.origin.replace('http', 'ws')}/api/kernels/${kernel.id}/channels`
  const socket = new WebSocket(address)
  const header = { msg_id: 'ask', msg_type: 'execute_request', username: '', session: 'test' }
  const content = { code: 'print(6 * 7)', silent: false, store_history: false }
  const request = { header, content, parent_header: {}, metadata: {}, channel: 'shell' }
  return new Promise((resolve, reject) => {
    socket.addEventListener('open', () => {
      socket.send(JSON.stringify(request))
    })
    socket.addEventListener('error', () => {
      reject(new Error(`the WebSocket failed: ${address}`))
    })
    socket.addEventListener('message', event => {
      const message: { msg_type?: string; content: { text?: string } } = JSON.parse(
        String(event.data),
      )
      if (message.msg_type === 'stream') resolve(String(message.content.text).trim())
    })
  })
}
