import * as z from 'zod'

/** One column of a table that nested things are written into: `image.reference`. */
export interface FlatColumn {
  readonly name: string
  readonly path: readonly string[]
  readonly schema: z.core.$ZodType
}

/**
 * Columns for things of a schema, in its order: an object within is spread over columns of its own, so that the head is known
 * before the first thing is.
 */
export const flatColumns = (schema: z.ZodObject, path: readonly string[] = []): FlatColumn[] =>
  Object.entries(schema.shape).flatMap(([name, field]) => {
    const here = [...path, name]
    return field instanceof z.ZodObject
      ? flatColumns(field, here)
      : [{ name: here.join('.'), path: here, schema: field }]
  })

/** What stands at a column's path. */
export function valueAt(item: unknown, path: readonly string[]): unknown {
  let value = item
  for (const name of path)
    // An object is looked into by its own schema's names.
    value =
      typeof value === 'object' && value !== null
        ? (value as Readonly<Record<string, unknown>>)[name]
        : undefined
  return value
}

const isPlain = (text: unknown): text is string =>
  typeof text === 'string' && text !== '' && !/^[[{]|;/.test(text)

/**
 * A value as the text of a cell: nothing for null, `a;b` for several names, `cpu=1;mem=2` for amounts by name, JSON for
 * whatever else is nested.
 */
export function toCell(value: unknown): string {
  if (value === null || value === undefined) return ''
  if (typeof value === 'string') return value
  if (typeof value === 'number' || typeof value === 'boolean') return String(value)
  if (Array.isArray(value) && value.every(isPlain)) return value.join(';')
  const entries = Object.entries(value)
  if (!Array.isArray(value) && entries.every(([name, each]) => isAmount(name, each)))
    return entries.map(([name, amount]) => `${name}=${amount}`).join(';')
  return JSON.stringify(value)
}

const isAmount = (name: string, value: unknown): boolean =>
  typeof value === 'number' && isPlain(name) && !name.includes('=')

/**
 * The value that a cell stands for, by the schema of its column, to be checked by that schema afterwards: what is not of the
 * right form stays a text, which the schema then refuses in words of its own.
 */
export function fromCell(text: string, schema: z.core.$ZodType): unknown {
  const inner = unwrapped(schema)
  if (text === '') return emptyOf(schema, inner)
  if (inner instanceof z.ZodNumber)
    return /^\s*[+-]?[\d.]+(e[+-]?\d+)?\s*$/i.test(text) ? Number(text) : text
  if (inner instanceof z.ZodBoolean) return booleans[text.trim().toLowerCase()] ?? text
  if (inner instanceof z.ZodEnum) return text.trim().toLowerCase()
  if (inner instanceof z.ZodArray) return text.startsWith('[') ? fromJson(text) : splitNames(text)
  if (inner instanceof z.ZodRecord)
    return text.startsWith('{') ? fromJson(text) : splitAmounts(text)
  return text
}

const booleans: Readonly<Record<string, boolean>> = {
  true: true,
  yes: true,
  y: true,
  '1': true,
  false: false,
  no: false,
  n: false,
  '0': false,
}

/** The schema within optional, nullable and default ones. */
function unwrapped(schema: z.core.$ZodType): z.core.$ZodType {
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodNullable)
    return unwrapped(schema.unwrap())
  return schema instanceof z.ZodDefault ? unwrapped(schema.unwrap()) : schema
}

function emptyOf(schema: z.core.$ZodType, inner: z.core.$ZodType): unknown {
  if (inner instanceof z.ZodString) return ''
  if (inner instanceof z.ZodArray) return []
  if (inner instanceof z.ZodRecord) return {}
  return isNullable(schema) ? null : undefined
}

function isNullable(schema: z.core.$ZodType): boolean {
  if (schema instanceof z.ZodNullable) return true
  return schema instanceof z.ZodOptional || schema instanceof z.ZodDefault
    ? isNullable(schema.unwrap())
    : false
}

const splitNames = (text: string): string[] =>
  text
    .split(';')
    .map(name => name.trim())
    .filter(Boolean)

function splitAmounts(text: string): unknown {
  const pairs = splitNames(text).map(pair => pair.split('='))
  if (pairs.some(pair => pair.length !== 2)) return text
  return Object.fromEntries(
    pairs.map(([name = '', amount = '']) => [
      name.trim(),
      amount.trim() === '' ? amount : Number(amount),
    ]),
  )
}

function fromJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}
