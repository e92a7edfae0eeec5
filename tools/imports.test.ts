import { globSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'

const sources = (pattern: string): string[] =>
  globSync(pattern).filter(file => !file.includes('.test.'))

const imports = (file: string): string[] =>
  [...readFileSync(file, 'utf8').matchAll(/(?:from|import) '([^']+)'/g)].map(match => match[1]!)

/** What each package may import of the others, beside itself. */
const packages: Readonly<Record<string, readonly string[]>> = {
  'packages/contract': [],
  'packages/core': ['contract'],
  'packages/runtime': ['contract', 'core'],
  'apps/manager': ['contract', 'core', 'runtime'],
  'apps/agent': ['contract', 'core', 'runtime'],
  'apps/proxy': ['contract', 'core', 'runtime'],
  'apps/storage': ['contract', 'core', 'runtime'],
  'apps/console': ['contract', 'core'],
  'apps/cli': ['contract', 'core', 'runtime', 'manager', 'agent', 'proxy', 'storage'],
}

test.for(Object.keys(packages))('%s imports only what it may', folder => {
  const own = folder.split('/')[1]!
  const reached = sources(`${folder}/src/**/*.{ts,tsx}`)
    .flatMap(imports)
    .flatMap(name => /^@capstan\/([\w-]+)/.exec(name)?.[1] ?? [])
  expect([own, ...packages[folder]!]).toEqual(expect.arrayContaining([...new Set(reached)]))
})

test('contract and core know no platform: nothing of Node, no clock, no chance, no environment', () => {
  for (const file of sources('packages/{contract,core}/src/**/*.ts')) {
    const text = readFileSync(file, 'utf8')
    expect(
      imports(file).filter(name => name.startsWith('node:')),
      file,
    ).toEqual([])
    expect(text, file).not.toMatch(/\bDate\.now\(|\bnew Date\(\)|Math\.random\(|process\.env/)
  }
})

/** Inside the manager: whose stores a capability may use. Its own, and those of what it builds on. */
const capabilities: Readonly<Record<string, readonly string[]>> = {
  account: ['audit'],
  audit: [],
  csv: [],
  export: ['audit', 'csv', 'policy', 'project', 'service', 'session', 'user'],
  job: ['account', 'audit', 'csv', 'user'],
  machine: [],
  'rate-limit': [],
  project: ['audit', 'group'],
  group: ['audit'],
  image: [],
  policy: ['audit', 'csv'],
  search: ['agent', 'group', 'image', 'policy', 'project', 'service', 'session', 'user'],
  session: ['account', 'audit', 'group', 'image', 'policy', 'project', 'agent'],
  agent: ['image', 'machine', 'session'],
  scheduler: ['audit', 'group', 'policy', 'session'],
  proxy: ['group', 'machine', 'session'],
  storage: ['machine'],
  system: [],
  user: ['account', 'audit', 'policy', 'project', 'session'],
}

test.for(Object.keys(capabilities))(
  'the manager’s %s uses only the capabilities it builds on',
  folder => {
    const files = sources(`apps/manager/src/${folder}/**/*.ts`)
    const others = files
      .flatMap(file => imports(file))
      .flatMap(name => /^\.\.\/([\w-]+)\//.exec(name)?.[1] ?? [])
    expect([folder, 'db', 'http', ...capabilities[folder]!]).toEqual(
      expect.arrayContaining([...new Set(others)]),
    )
  },
)

test('no capability of the manager imports another’s routes or loop', () => {
  for (const file of sources('apps/manager/src/*/**/*.ts'))
    expect(
      imports(file).filter(name => /^\.\.\/.+\/.*\.(routes|loop)\.ts$/.test(name)),
      file,
    ).toEqual([])
})
