import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import * as z from 'zod'
import { architectureOf, raiseToMinimum, readLabels } from './image.ts'

const published = z
  .array(z.object({ image: z.string(), labels: z.record(z.string(), z.string()) }))
  .parse(
    JSON.parse(readFileSync(new URL('../test-data/image-labels.json', import.meta.url), 'utf8')),
  )

const gib = 2 ** 30

test('labels read as their makers meant them', () => {
  const read = readLabels({
    'ai.backend.kernelspec': '1',
    'ai.backend.features': 'batch query  uid-match',
    'ai.backend.resource.min.cpu': '1',
    'ai.backend.resource.min.mem': '1G',
    'ai.backend.resource.min.cuda.shares': '0.1',
    'ai.backend.resource.max.cuda.device': '4',
    'ai.backend.resource.preferred.shmem': '64',
    'ai.backend.service-ports':
      'ipython:pty:3000,jupyter:http:8080,api:preopen:[9000,9001],ssh:tcp:2222',
    'ai.backend.endpoint-ports': 'api',
    'ai.backend.envs.corecount': 'OMP_NUM_THREADS, NPROC',
  })
  expect(read).toMatchObject({
    isOurs: true,
    role: 'COMPUTE',
    features: ['batch', 'query', 'uid-match'],
    minResources: { cpu: 1000, mem: gib, 'cuda.shares': 100 },
    maxResources: { 'cuda.device': 4 },
    shmemBytes: 64 * 2 ** 20,
    apps: [
      { name: 'jupyter', protocol: 'http', ports: [8080] },
      { name: 'api', protocol: 'preopen', ports: [9000, 9001] },
      { name: 'ssh', protocol: 'tcp', ports: [2222] },
    ],
    corecountNames: ['OMP_NUM_THREADS', 'NPROC'],
    warnings: [],
  })
})

test('what is wrong is left out, with a warning that names it', () => {
  const read = readLabels({
    'ai.backend.service-ports':
      'a:http:80,b:http:2000,c:http:8080,d:http:8080,e:smtp:9000,nonsense',
    'ai.backend.resource.min.mem': 'much',
    'ai.backend.resource.min.nonsense slot': '1',
    'ai.backend.role': 'WIZARD',
  })
  expect(read.apps.map(app => app.name)).toEqual(['c'])
  expect(read.minResources).toEqual({})
  expect(read.warnings).toHaveLength(8)
})

test('every published image reads, each port once and in range', () => {
  expect(published.length).toBeGreaterThan(100)
  for (const { image: name, labels } of published) {
    const { apps, minResources } = readLabels(labels)
    const ports = apps.flatMap(app => app.ports)
    expect(new Set(ports).size, name).toBe(ports.length)
    expect(
      ports.every(port => port > 1024 && port < 65_535),
      name,
    ).toBe(true)
    expect(
      Object.values(minResources).every(amount => Number.isSafeInteger(amount) && amount > 0),
      name,
    ).toBe(true)
  }
})

test('no labels whatever break the reader', () => {
  fc.assert(
    fc.property(fc.dictionary(fc.string(), fc.string()), labels => {
      const prefixed = Object.fromEntries(
        Object.entries(labels).map(([key, value]) => [`ai.backend.${key}`, value]),
      )
      expect(
        readLabels({ ...prefixed, 'ai.backend.service-ports': Object.values(labels).join(':') }),
      ).toBeDefined()
    }),
  )
})

test('SES-12 a request below the minimum is raised slot by slot, and says so', () => {
  const { amounts, notices } = raiseToMinimum(
    { cpu: 500, mem: 2 * gib },
    { cpu: 1000, mem: gib, 'cuda.shares': 100 },
  )
  expect(amounts).toEqual({ cpu: 1000, mem: 2 * gib, 'cuda.shares': 100 })
  expect(notices).toEqual([
    'CPU raised from 0.5 cores to 1 core, the least that the image needs',
    'GPU shares raised from 0 GPU shares to 0.1 GPU shares, the least that the image needs',
  ])
})

test('two names of one architecture are one', () => {
  expect([architectureOf('amd64'), architectureOf('arm64'), architectureOf('riscv64')]).toEqual([
    'x86_64',
    'aarch64',
    'riscv64',
  ])
})
