import { api, endpoints } from '@capstan/contract/api'
import { toRequest } from '@capstan/contract/client'
import { apiPrefix, type Endpoint, hasBody, pathParams } from '@capstan/contract/endpoint'
import { startTestManager, type TestManager } from '@capstan/testkit/manager'
import { joinNode } from '@capstan/testkit/node'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import * as z from 'zod'

let manager: TestManager
let cookie: string
const tokens: Record<string, string> = {}

beforeAll(async () => {
  manager = await startTestManager(inject('databaseUrl'))
  const { joinToken, admin } = manager
  tokens['agent.sync'] = (await joinNode(manager, 'node-1')).token
  const proxy = { joinToken, id: 'proxy-1', address: 'http://127.0.0.1:1', appsHost: 'x' }
  tokens['proxy.resolve'] = (await manager.anonymous(api.proxy.join, proxy)).token
  tokens['storage.report'] = (
    await manager.anonymous(api.storage.join, { joinToken, id: 'storage-1' })
  ).token
  const signedIn = await send(
    api.account.signIn,
    '/sign-in',
    JSON.stringify({ email: admin.email, password: admin.password }),
  )
  cookie = signedIn.headers.get('set-cookie')!.split(';')[0]!
})
afterAll(() => manager.close())

/** Sends as somebody who may, so that nothing but the input is wrong. */
function send(
  endpoint: Endpoint,
  target: string,
  body: string | Uint8Array | null,
  type = 'application/json',
): Promise<Response> {
  const token = tokens[endpoint.permission]
  return Promise.resolve(
    manager.http.request(`http://manager.test${apiPrefix}${target}`, {
      method: endpoint.method,
      headers: {
        ...(body !== null && { 'content-type': type }),
        ...(token === undefined
          ? { cookie: cookieFor(endpoint) }
          : { authorization: `Bearer ${token}` }),
      },
      // DOM types want a buffer of their own kind here.
      ...(body !== null && { body: body as BodyInit }),
    }),
  )
}

/** Signing out would take the cookie from the requests that follow. */
const cookieFor = (endpoint: Endpoint): string =>
  endpoint === api.account.signOut ? '' : (cookie ?? '')

const Problem = z.object({
  code: z.string(),
  status: z.int(),
  requestId: z.string(),
  issues: z.array(z.object({ path: z.string(), message: z.string() })).optional(),
})

/** The answer to bad input: a problem of the 4xx kind that names what is wrong, and nothing of our inside. */
async function expectRefusal(response: Response): Promise<z.output<typeof Problem>> {
  const text = await response.text()
  expect(response.status, text).toBeGreaterThanOrEqual(400)
  expect(response.status, text).toBeLessThan(500)
  expect(response.headers.get('content-type')).toBe('application/problem+json')
  expect(text).not.toMatch(/\bat .*\.ts:\d+|node_modules|select .* from/i)
  return Problem.parse(JSON.parse(text))
}

const hostile = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.constantFrom(
    "' or 1=1 --",
    '"; drop table session; --',
    '../../etc/passwd',
    '%00',
    '\u0000',
    '\ud800',
    '𝕏'.repeat(300),
  ),
  fc.integer(),
  fc.double(),
  fc.constantFrom<unknown>(
    null,
    true,
    [],
    {},
    [[]],
    1e308,
    -1,
    0.5,
    '',
    { __proto__: { x: 1 } },
    Number.MAX_SAFE_INTEGER,
  ),
  fc.jsonValue({ maxDepth: 3 }),
)

const fieldsOf = (endpoint: Endpoint): string[] => {
  const schema = z.toJSONSchema(endpoint.input, { io: 'input', unrepresentable: 'any' })
  const branches = (schema.anyOf ?? schema.oneOf ?? [schema]) as { properties?: object }[]
  return [...new Set(branches.flatMap(branch => Object.keys(branch.properties ?? {})))]
}

/** Some of the endpoint's own fields with hostile values, and now and then one that it does not have. */
const hostileInput = (endpoint: Endpoint): fc.Arbitrary<Record<string, unknown>> => {
  const fields = fieldsOf(endpoint)
  const own = Object.fromEntries(fields.map(field => [field, hostile]))
  return fc
    .tuple(
      fc.record(own, { requiredKeys: [] }),
      fc.option(fc.tuple(fc.stringMatching(/^[a-z]{1,8}$/), hostile)),
    )
    .map(([record, extra]) => ({ ...record, ...(extra && { [extra[0]]: extra[1] }) }))
}

/** Path parameters must be something: an empty one is another address. */
const withPath = (endpoint: Endpoint, input: Record<string, unknown>): Record<string, unknown> => ({
  ...Object.fromEntries(pathParams(endpoint.path).map(name => [name, 'x'])),
  ...Object.fromEntries(
    Object.entries(input).filter(([, value]) => value !== undefined && value !== ''),
  ),
})

describe.for(endpoints.map(({ name, endpoint }) => [name, endpoint] as const))(
  '%s',
  ([, endpoint]) => {
    test('hostile values never break it', { timeout: 60_000 }, async () => {
      await fc.assert(
        fc.asyncProperty(hostileInput(endpoint), async input => {
          const { target, body } = safeRequest(endpoint, withPath(endpoint, input))
          const response = await send(endpoint, target.slice(apiPrefix.length), body)
          expect(response.status, await response.clone().text()).toBeLessThan(500)
          if (response.status === 400) {
            const problem = await expectRefusal(response)
            if (problem.code === 'invalid_input') expect(problem.issues?.length).toBeGreaterThan(0)
          }
        }),
        { numRuns: 40 },
      )
    })

    test('an unknown field is named', async () => {
      const { target, body } = safeRequest(endpoint, withPath(endpoint, { nosuchfield: 1 }))
      const response = await send(endpoint, target.slice(apiPrefix.length), body)
      const problem = await expectRefusal(response)
      if (problem.issues?.every(issue => issue.path !== 'kind'))
        expect(problem.issues.map(issue => issue.path)).toContain('nosuchfield')
    })
  },
)

/** A lone surrogate cannot stand in an address: such a value goes as what it would be sent as. */
function safeRequest(
  endpoint: Endpoint,
  input: Record<string, unknown>,
): { target: string; body: string | null } {
  const params = pathParams(endpoint.path)
  const clean = Object.fromEntries(
    Object.entries(input).map(([key, value]) => [
      key,
      params.includes(key) || !hasBody(endpoint)
        ? (typeof value === 'string' ? value : (JSON.stringify(value) ?? 'x'))
            .toWellFormed()
            .replace(/^\.+$/, 'dots')
        : value,
    ]),
  )
  return toRequest(endpoint, clean)
}

const withBodies = endpoints.filter(({ endpoint }) => hasBody(endpoint))

test.for(withBodies.map(({ name, endpoint }) => [name, endpoint] as const))(
  '%s refuses ten megabytes, bad UTF-8, broken JSON, other types',
  { timeout: 60_000 },
  async ([, endpoint]) => {
    const path = endpoint.path.replace(/:(\w+)/g, 'x')
    const large = `{"x":"${'a'.repeat(10_000_000)}"}`
    expect((await expectRefusal(await send(endpoint, path, large))).code).toBe('payload_too_large')
    const badUtf8 = new Uint8Array([0x7b, 0x22, 0xff, 0xfe, 0x22, 0x3a, 0x31, 0x7d])
    for (const body of [badUtf8, '{"x":', '[]', '"x"', 'null', '1'])
      expect((await expectRefusal(await send(endpoint, path, body))).code).toBe('invalid_input')
    expect(
      (await expectRefusal(await send(endpoint, path, 'a=1', 'application/x-www-form-urlencoded')))
        .code,
    ).toBe('invalid_input')
    const deep = `${'{"a":'.repeat(20_000)}1${'}'.repeat(20_000)}`
    await expectRefusal(await send(endpoint, path, deep))
  },
)

test.for([
  '/sessions/..%2f..%2fetc%2fpasswd',
  '/sessions/%00',
  '/sessions/%zz',
  '/sessions/%ff%fe',
  '/agents/..',
  '/agents/node-1%00',
  '/sessions/not-a-uuid',
  `/sessions/${'a'.repeat(5000)}`,
  '/sessions?limit=1&limit=2',
  '/sessions?cursor=%00',
  '/sessions?cursor=W10',
  '/sessions?cursor=WyJ4IiwieSJd',
  '/sessions?limit=1e9',
  '/sessions?sort=password_hash',
  "/sessions?name='%20or%201=1--&limit=x",
  '/no/such/thing',
])('GET %s is refused in good order', async path => {
  await expectRefusal(await send(api.session.list, path, null))
})
