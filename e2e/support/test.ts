import { api } from '@capstan/contract/api'
import type { Call } from '@capstan/contract/client'
import type { Service } from '@capstan/contract/service'
import type { Session } from '@capstan/contract/session'
import { until } from '@capstan/testkit/system'
import { type BrowserContext, expect, type Page, test as base } from '@playwright/test'
import { firstProject, people, tinyImage } from './people.ts'
import { cookieOf, signedIn } from './signed-in.ts'

export { expect }

interface NewSession {
  readonly name: string
  readonly image?: string
  readonly project?: string
  readonly group?: string
  readonly command?: string
  readonly isBatch?: boolean
  readonly cpu?: number
  readonly memMiB?: number
  /** Whose it is; the administrator's unless said. */
  readonly as?: Call
  /** Waits until it is there; by default until it runs. */
  readonly until?: Session['status'] | 'created'
}

export interface Fixtures {
  /** Whose browser it is; nobody's, when they are to sign in. */
  readonly who: keyof typeof people | 'nobody'
  /** Errors on the console that belong to what the test does. */
  readonly expectedErrors: readonly RegExp[]
  readonly noErrors: void
  /** Starts a session without the browser, and ends it after the test. */
  readonly startSession: (given: NewSession) => Promise<Session>
  /** Starts a model service without the browser, and ends it after the test. */
  readonly startService: (given: {
    readonly command: string
    readonly replicaCount?: number
  }) => Promise<Service>
}

export interface WorkerFixtures {
  readonly url: string
  /** Makes requests as the administrator. */
  readonly call: Call
  readonly cookies: Readonly<Record<keyof typeof people, string>>
}

const MiB = 2 ** 20

/**
 * Chromium drops what it is loading, from this machine too, whenever an interface gets an address: each container that starts
 * here brings one. The console tries again by itself; scripts and styles come around Chromium's network. Not the page: one
 * that came from nowhere may not talk to this machine.
 */
const networkChanged = /ERR_NETWORK_CHANGED/

async function keepPagesWhole(context: BrowserContext, url: string): Promise<void> {
  const isFile = (address: URL): boolean =>
    address.origin === url && address.pathname.startsWith('/assets/')
  await context.route(isFile, async route => {
    const address = route.request().url()
    const file = files.get(address) ?? fetchFile(address)
    files.set(address, file)
    await route.fulfill(await file)
  })
}

/** A page that was dropped so is asked for once more. */
function openAgain(page: Page): void {
  const goto = page.goto.bind(page)
  page.goto = async (...address) => {
    try {
      return await goto(...address)
    } catch (error) {
      if (!networkChanged.test(String(error))) throw error
      return goto(...address)
    }
  }
}

/** What scripts and styles hold never changes, and every test has a browser with nothing in it: each is fetched once. */
const files = new Map<string, Promise<File>>()

async function fetchFile(address: string): Promise<File> {
  const response = await fetch(address)
  const body = Buffer.from(await response.arrayBuffer())
  const contentType = response.headers.get('content-type') ?? ''
  return { status: response.status, contentType, body }
}

interface File {
  readonly status: number
  readonly contentType: string
  readonly body: Buffer
}

export const test = base.extend<Fixtures, WorkerFixtures>({
  who: ['admin', { option: true }],
  expectedErrors: [[], { option: true }],

  url: [
    // oxlint-disable-next-line no-empty-pattern -- Playwright wants to see which fixtures are used: none
    async ({}, use) => {
      await use(process.env['CAPSTAN_E2E_URL'] ?? '')
    },
    { scope: 'worker' },
  ],
  call: [
    async ({ url }, use) => {
      await use(await signedIn(url, people.admin))
    },
    { scope: 'worker' },
  ],
  cookies: [
    async ({ url }, use) => {
      const admin = await cookieOf(url, people.admin)
      await use({ admin, user: await cookieOf(url, people.user) })
    },
    { scope: 'worker' },
  ],

  baseURL: async ({ url }, use) => {
    await use(url)
  },

  context: async ({ context, who, cookies, url }, use) => {
    if (who !== 'nobody') await addCookie(context, cookies[who], url)
    await keepPagesWhole(context, url)
    await use(context)
  },

  page: async ({ page }, use) => {
    openAgain(page)
    await use(page)
  },

  noErrors: [
    async ({ context, url, expectedErrors }, use) => {
      const seen: string[] = []
      // Applications of sessions are at origins of their own, and are not ours to judge.
      const isOurs = (address: string): boolean => new URL(address).origin === url
      context.on('console', message => {
        const address = message.page()?.url() ?? ''
        if (message.type() === 'error' && URL.canParse(address) && isOurs(address))
          seen.push(`${message.text()} (${message.location().url})`)
      })
      context.on('weberror', error => {
        const address = error.page()?.url() ?? ''
        if (URL.canParse(address) && isOurs(address)) seen.push(String(error.error()))
      })
      await use()
      const expected = [networkChanged, ...expectedErrors]
      const unexpected = seen.filter(text => !expected.some(each => each.test(text)))
      expect(unexpected, 'errors on the console').toEqual([])
    },
    { auto: true },
  ],

  startSession: async ({ call }, use) => {
    const started: string[] = []
    await use(async given => {
      const theirs = given.as ?? call
      const { id } = await theirs(api.session.create, {
        ...(await smallOf(theirs, given)),
        name: given.name,
        ...(given.group !== undefined && { resourceGroup: given.group }),
        type: given.isBatch ? 'batch' : 'interactive',
        ...(given.command !== undefined && { startupCommand: given.command }),
      })
      started.push(id)
      const wanted = given.until ?? 'running'
      if (wanted !== 'created') await waitFor(call, id, wanted)
      return call(api.session.show, { id })
    })
    if (started.length > 0) await call(api.session.terminate, { ids: started, force: false })
  },

  startService: async ({ call }, use) => {
    const started: string[] = []
    await use(async ({ command, replicaCount = 1 }) => {
      const service = await call(api.service.create, {
        ...(await smallOf(call, {})),
        name: uniqueName('service'),
        replicaCount,
        startupCommand: command,
      })
      started.push(service.id)
      return service
    })
    for (const id of started) await call(api.service.terminate, { id })
  },
})

/** What a container is asked for with that needs little. */
async function smallOf(call: Call, given: Omit<NewSession, 'name'>) {
  const { projects } = await call(api.account.show, {})
  const project = projects.find(each => each.name === (given.project ?? firstProject))
  const { items } = await call(api.image.list, {})
  const image = items.find(each => each.reference === (given.image ?? tinyImage))
  if (!project || !image) throw new Error(`no such project or image: ${JSON.stringify(given)}`)
  return {
    projectId: project.id,
    imageId: image.id,
    resources: { cpu: given.cpu ?? 0.1, mem: (given.memMiB ?? 64) * MiB },
  }
}

/** Waits until a session is in this status. One that ended otherwise says why. */
export async function waitFor(call: Call, id: string, status: Session['status']): Promise<void> {
  let last = ''
  const holds = async (): Promise<boolean> => {
    const session = await call(api.session.show, { id })
    last = `${session.status}: ${session.reason?.message ?? ''}`
    return session.status === status
  }
  await until(`the session is ${status}`, holds, { patienceMs: 60_000 }).catch((error: unknown) => {
    throw new Error(`the session is not ${status} but ${last}`, { cause: error })
  })
}

async function addCookie(context: BrowserContext, cookie: string, url: string): Promise<void> {
  const at = cookie.indexOf('=')
  const name = cookie.slice(0, at)
  await context.addCookies([
    { name, value: cookie.slice(at + 1), url, httpOnly: true, sameSite: 'Lax' },
  ])
}

/** A name that no other test uses. */
export const uniqueName = (begin: string): string =>
  `${begin}-${Math.random().toString(36).slice(2, 8).padEnd(6, '0')}`
