// Pictures for README and docs, of a real system: `node e2e/screenshots.ts FOLDER`, after `npm run build`.
import { api } from '@capstan/contract/api'
import type { Call } from '@capstan/contract/client'
import { until } from '@capstan/testkit/system'
import { type Browser, chromium, type Page } from '@playwright/test'
import { chromiumLaunch } from '@capstan/testkit/chromium'
import { baseImage, firstProject, people, tinyImage } from './support/people.ts'
import setup from './support/setup.ts'
import { desktop, openAsAdmin, phone, shoot, take } from './support/pictures.ts'
import { signedIn } from './support/signed-in.ts'

if (process.argv[2] === undefined)
  throw new Error('say where the pictures go: node e2e/screenshots.ts FOLDER')

const MiB = 2 ** 20

interface Example {
  readonly name: string
  readonly image?: string
  readonly command?: string
  readonly isBatch?: boolean
  readonly cpu?: number
  readonly memMiB?: number
}

/** A busy morning: notebooks, training, and work that waits its turn. */
const examples: readonly Example[] = [
  { name: 'tokenizer-tests', isBatch: true, command: 'sleep 2; echo "128 passed"' },
  { name: 'convert-checkpoints', isBatch: true, command: 'echo "no such file"; exit 2' },
  { name: 'sentiment-baseline', cpu: 0.2 },
  { name: 'nightly-metrics', isBatch: true, command: 'sleep 900', cpu: 0.1 },
  { name: 'label-review', cpu: 0.1 },
  { name: 'dedupe-corpus', isBatch: true, command: 'sleep 900', cpu: 0.1, memMiB: 128 },
  { name: 'speech-eval', cpu: 0.1, memMiB: 128 },
  {
    name: 'train-small-model',
    image: baseImage,
    cpu: 0.5,
    memMiB: 512,
    command: `python3 -c "
import time
held = []
step = 0
while True:
    begin = time.time()
    while time.time() - begin < (0.3 + 0.2 * (step % 5)): pass
    held.append(bytearray(1 << 20))
    held = held[-120:]
    step += 1
    print(f'step {step:4d}  loss {2.4 / (1 + step / 30):.4f}', flush=True)
    time.sleep(1)
"`,
  },
  { name: 'explore-embeddings', image: baseImage, cpu: 0.3, memMiB: 512 },
  { name: 'wide-sweep', isBatch: true, command: 'true', cpu: 1 },
  { name: 'finetune-large', image: baseImage, cpu: 1, memMiB: 1024 },
]

/** Servers that go on, one that does not find its model, one that rests. */
const services = [
  { name: 'embeddings', replicaCount: 3, startupCommand: 'exec sleep 3600' },
  { name: 'reranker', replicaCount: 1, startupCommand: 'echo "no such model"; exit 1' },
  { name: 'speech-to-text', replicaCount: 0, startupCommand: 'exec sleep 3600' },
] as const

const stop = await setup()
try {
  await takeAll()
} finally {
  await stop()
}

async function takeAll(): Promise<void> {
  const url = process.env['CAPSTAN_E2E_URL'] ?? ''
  const call = await signedIn(url, people.admin)
  const ids = await startExamples(call)
  const browser = await chromium.launch(chromiumLaunch)
  try {
    await takeWide(browser, { url, ids })
    await takeOthers(browser, { url })
    await takeServices(browser, { url, call })
    await takeJupyter(browser, { url, ids })
  } finally {
    await browser.close()
  }
}

/** Starts them in order. Answers their ids by name, when those that can run do. */
async function startExamples(call: Call): Promise<Map<string, string>> {
  const { projects } = await call(api.account.show, {})
  const projectId = projects.find(project => project.name === firstProject)!.id
  const { items: images } = await call(api.image.list, {})
  const ids = new Map<string, string>()
  for (const { name, image = tinyImage, isBatch, command, cpu, memMiB } of examples) {
    const { id } = await call(api.session.create, {
      name,
      projectId,
      imageId: images.find(each => each.reference === image)!.id,
      type: isBatch ? 'batch' : 'interactive',
      resources: { cpu: cpu ?? 0.1, mem: (memMiB ?? 64) * MiB },
      ...(command !== undefined && { startupCommand: command }),
    })
    ids.set(name, id)
  }
  const id = ids.get('train-small-model')!
  const enough = 8
  const isMeasured = async (): Promise<boolean> => {
    const { status, reason } = await call(api.session.show, { id })
    const { kernels } = await call(api.session.usage, { id })
    const count = kernels[0]?.samples.length ?? 0
    if (count < enough) throw new Error(`${status}: ${reason?.message}, ${count} samples`)
    return true
  }
  await until('there is something to plot', isMeasured, { patienceMs: 100_000, everyMs: 1000 })
  return ids
}

interface Given {
  readonly url: string
  readonly ids: ReadonlyMap<string, string>
}

async function takeWide(browser: Browser, { url, ids }: Given): Promise<void> {
  const { context, page } = await openAsAdmin(browser, url, { viewport: desktop })
  const training = ids.get('train-small-model')!
  await take(page, { path: '/', name: 'start', sees: 'Recent sessions' })
  await take(page, { path: '/sessions', name: 'sessions', sees: 'explore-embeddings' })
  await take(page, { path: `/sessions/${training}`, name: 'session', sees: 'Ran for' })
  await take(page, { path: '/sessions/new', name: 'session-form', sees: 'More settings' })
  await take(page, { path: '/agents', name: 'agents', sees: 'Resource group' })
  await takeTerminal(page, ids.get('explore-embeddings')!)
  await context.close()
}

async function takeOthers(browser: Browser, { url }: Pick<Given, 'url'>): Promise<void> {
  const dark = await openAsAdmin(browser, url, { viewport: desktop, colorScheme: 'dark' })
  await take(dark.page, { path: '/sessions', name: 'sessions-dark', sees: 'explore-embeddings' })
  await dark.context.close()
  const small = await openAsAdmin(browser, url, { viewport: phone })
  await take(small.page, { path: '/sessions', name: 'sessions-phone', sees: 'explore-embeddings' })
  await small.context.close()
}

async function takeServices(browser: Browser, { url, call }: { url: string; call: Call }) {
  const { projects } = await call(api.account.show, {})
  const { items } = await call(api.image.list, {})
  const each = {
    projectId: projects.find(project => project.name === firstProject)!.id,
    imageId: items.find(image => image.reference === tinyImage)!.id,
    resources: { cpu: 0.1, mem: 16 * MiB },
  }
  for (const service of services.toReversed())
    await call(api.service.create, { ...each, ...service })
  const { context, page } = await openAsAdmin(browser, url, { viewport: desktop })
  await page.goto('/services')
  await page.getByText('reranker-1 failed').waitFor()
  await take(page, { path: '/services', name: 'services', sees: '3 of 3 running' })
  await context.close()
}

async function takeTerminal(page: Page, id: string): Promise<void> {
  await page.goto(`/sessions/${id}/terminal`)
  const screen = page.locator('.xterm-rows')
  await page.getByRole('textbox', { name: 'Terminal input' }).focus()
  const commands = [
    ['python3 --version', 'Python 3.'],
    ['nproc', /^1$/],
    [`python3 -c 'print(sum(n * n for n in range(1000)))'`, '332833500'],
  ] as const
  await screen.getByText('work@').first().waitFor()
  for (const [command, answer] of commands) {
    await page.keyboard.type(`${command}\n`)
    await screen.getByText(answer).first().waitFor()
  }
  await shoot(page, 'terminal')
}

async function takeJupyter(browser: Browser, { url, ids }: Given): Promise<void> {
  const { context, page } = await openAsAdmin(browser, url, { viewport: desktop })
  await page.goto(`/sessions/${ids.get('explore-embeddings')!}`)
  await page.getByRole('button', { name: 'Applications', exact: true }).click()
  const opening = page.waitForEvent('popup')
  await page.getByRole('menuitem', { name: 'jupyter' }).click()
  const jupyter = await opening
  await jupyter.waitForURL(/\/tree/, { timeout: 60_000 })
  const path = await jupyter.evaluate(async () => {
    const token = /_xsrf=([^;]+)/.exec(document.cookie)?.[1] ?? ''
    const headers = { 'X-XSRFToken': token, 'Content-Type': 'application/json' }
    const body = JSON.stringify({ type: 'notebook' })
    const answer = await fetch('/api/contents', { method: 'POST', headers, body })
    const made: { path: string } = await answer.json()
    return made.path
  })
  await jupyter.goto(new URL(`/notebooks/${path}`, jupyter.url()).href)
  await jupyter.setViewportSize(desktop)
  const cell = jupyter.locator('.code_cell .CodeMirror').first()
  await jupyter.locator('.kernel_idle_icon').waitFor()
  await cell.click()
  await jupyter.keyboard.insertText(
    'values = [n * n for n in range(10)]\nprint(values, sum(values))',
  )
  await jupyter.keyboard.press('Shift+Enter')
  await jupyter.getByText('] 285').waitFor()
  await shoot(jupyter, 'jupyter')
  await context.close()
}
