import { KeypairPolicy } from '@capstan/contract/policy'
import { Session } from '@capstan/contract/session'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import * as z from 'zod'
import { flatColumns, fromCell, toCell, valueAt } from './flat.ts'

test('PLS-04 an object within is spread over columns of its own, in the order of its schema', () => {
  const columns = flatColumns(Session)
  expect(columns.map(({ name }) => name)).toContain('image.reference')
  expect(columns[0]?.name).toBe('id')
  const image = columns.find(({ name }) => name === 'image.reference')!
  expect(valueAt({ image: { reference: 'a/b:1' } }, image.path)).toBe('a/b:1')
  expect(valueAt({ image: null }, image.path)).toBeUndefined()
})

test('POL-32 limits read as people write them', () => {
  const cells = (policy: object): Record<string, string> =>
    Object.fromEntries(
      flatColumns(KeypairPolicy).map(({ name, path }) => [name, toCell(valueAt(policy, path))]),
    )
  expect(
    cells({
      maxResources: { cpu: 4, mem: 2 ** 30 },
      maxConcurrentCount: null,
      maxLifetimeS: 60,
      allowedVolumes: { 'local:v': ['create-folder'] },
    }),
  ).toMatchObject({
    maxResources: 'cpu=4;mem=1073741824',
    maxConcurrentCount: '',
    maxLifetimeS: '60',
    allowedVolumes: '{"local:v":["create-folder"]}',
  })
})

const name = fc.stringMatching(/^[a-z;={["]{1,6}$/)

test('POL-32 whatever is written into a cell is read back the same', () => {
  const Thing = z.object({
    text: z.string(),
    limit: z.number().nullable(),
    is: z.boolean(),
    names: z.array(z.string()),
    amounts: z.record(z.string(), z.number()),
    nested: z.record(z.string(), z.array(z.string())),
  })
  const thing = fc.record({
    text: fc.string(),
    limit: fc.option(fc.integer()),
    is: fc.boolean(),
    names: fc.array(name),
    amounts: fc.dictionary(name, fc.integer()),
    nested: fc.dictionary(name, fc.array(name)),
  })
  fc.assert(
    fc.property(thing, given => {
      const read = flatColumns(Thing).map(({ name, path, schema }) => [
        name,
        fromCell(toCell(valueAt(given, path)), schema),
      ])
      expect(Object.fromEntries(read)).toEqual({
        ...given,
        amounts: { ...given.amounts },
        nested: { ...given.nested },
      })
    }),
  )
})

test.for([
  ['yes', z.boolean(), true],
  ['0', z.boolean().optional(), false],
  ['maybe', z.boolean(), 'maybe'],
  ['', z.boolean().optional(), undefined],
  ['', z.number().nullable(), null],
  ['4 GPUs', z.number(), '4 GPUs'],
  ['cpu=4; mem = 5', z.record(z.string(), z.number()), { cpu: 4, mem: 5 }],
  ['cpu', z.record(z.string(), z.number()), 'cpu'],
  ['{"cpu', z.record(z.string(), z.number()), '{"cpu'],
  ['a; b ;', z.array(z.string()), ['a', 'b']],
] as const)('POL-32 the cell %j is read by its column', ([text, schema, value]) => {
  expect(fromCell(text, schema)).toEqual(value)
})
