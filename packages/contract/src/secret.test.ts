import { expect, test } from 'vitest'
import * as z from 'zod'
import { secret, withoutSecrets } from './secret.ts'

const Password = secret(z.string().min(8))

const Input = z.strictObject({
  name: z.string(),
  password: Password.optional(),
  keys: z.record(z.string(), Password).default({}),
  rows: z.array(z.object({ email: z.string(), code: Password.nullable() })).optional(),
  way: z.union([z.object({ token: Password }), z.object({ path: z.string() })]).optional(),
})

test('PLS-05 secrets are taken out at any depth, and it is known that something was', () => {
  expect(
    withoutSecrets(Input, {
      name: 'ada',
      password: 'correct-horse',
      keys: { one: 'battery-staple' },
      rows: [{ email: 'a@b.test', code: 'four-seven' }],
      way: { token: 'very-secret' },
    }),
  ).toEqual({
    value: { name: 'ada', keys: {}, rows: [{ email: 'a@b.test' }], way: {} },
    isWhole: false,
  })
})

test('what holds no secret stays whole', () => {
  const value = { name: 'ada', rows: [{ email: 'a@b.test', code: null }], way: { path: '/' } }
  expect(withoutSecrets(Input, value)).toEqual({ value, isWhole: true })
})

test('what the schema does not know is left out', () => {
  expect(withoutSecrets(Input, { name: 'ada', passwort: 'correct-horse' }).value).toEqual({
    name: 'ada',
  })
})
