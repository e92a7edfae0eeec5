import { unlimited } from '@capstan/contract/amount-text'
import * as z from 'zod'
import {
  gatherChoices,
  gatherSlotLimits,
  gatherVolumes,
  gatherWords,
  parseAmount,
  parseBytes,
  parseSeconds,
  parseWhole,
} from './values.ts'

interface BooleanKind {
  readonly type: 'boolean'
  /** The one value that can be given; both when undefined. */
  readonly only: boolean | undefined
}

interface ValueKind {
  readonly type: 'value'
  readonly placeholder: string
  readonly example?: string
  readonly choices?: readonly string[]
  /** Of the text that was given, and what the same option gave before. */
  readonly parse?: (text: string, before: never) => unknown
}

/** How a field of a request is given on the command line. */
export interface Field {
  readonly kind: BooleanKind | ValueKind
  readonly isRequired: boolean
  readonly about: string | undefined
  /** What else its user should know: bounds, default. */
  readonly notes: readonly string[]
}

/** Names that say more on the wire than a person needs. */
const shorter: Readonly<Record<string, string>> = { domainName: 'domain', userEmail: 'user' }

/** Name of a field on the command line: `isSudoEnabled` is `sudo-enabled`, `maxFolderBytes` is `max-folder-size`. */
export const flagName = (field: string): string =>
  kebab(
    shorter[field] ??
      field
        .replace(/^is(?=[A-Z])/, '')
        .replace(/Bytes$/, 'Size')
        .replace(/(?<=[a-z])S$/, ''),
  )

/** The same for a sentence: `sudo enabled`. */
export const wordsOf = (field: string): string => flagName(field).replaceAll('-', ' ')

export const kebab = (name: string): string =>
  name.replace(/[A-Z]/g, letter => `-${letter.toLowerCase()}`).replace(/^-/, '')

/** Reads out of a field's schema how it is given: its kind, bounds and default. */
export function readField(field: string, schema: z.ZodType): Field {
  const { inner, isNullable, isOptional, initial, about } = unwrap(schema)
  const kind = kindOf(field, inner, initial)
  const [, described, standard] = /^(?:(?!Default: )(.+)|Default: (.+))$/.exec(about ?? '') ?? []
  const example = kind.type === 'value' && kind.example
  return {
    kind: isNullable && kind.type === 'value' ? orUnlimited(kind) : kind,
    isRequired: !isOptional,
    about: described?.replace(/^[A-Z](?=[a-z])/, letter => letter.toLowerCase()),
    notes: [
      ...(example ? [`like ${example}`] : []),
      ...(isNullable ? [`or ${unlimited}`] : []),
      ...bounds(inner),
      ...(standard === undefined ? [] : [`default: ${standard}`]),
      ...(isWorthSaying(initial) ? [`default: ${String(initial)}`] : []),
    ],
  }
}

interface Unwrapped {
  readonly inner: z.ZodType
  readonly isNullable: boolean
  readonly isOptional: boolean
  readonly initial: unknown
  readonly about: string | undefined
}

/** What stands inside of optional, nullable, a default and the like. */
function unwrap(schema: z.ZodType): Unwrapped {
  const next = (inner: unknown, more: Partial<Unwrapped> = {}): Unwrapped => {
    // What a schema of zod wraps is a schema of zod.
    const below = unwrap(inner as z.ZodType)
    return { ...below, about: schema.description ?? below.about, ...more }
  }
  if (schema instanceof z.ZodOptional) return next(schema.unwrap(), { isOptional: true })
  if (schema instanceof z.ZodNullable) return next(schema.unwrap(), { isNullable: true })
  if (schema instanceof z.ZodDefault)
    return next(schema.unwrap(), { isOptional: true, initial: schema.def.defaultValue })
  if (schema instanceof z.ZodPipe) return next(schema.def.out)
  if (schema instanceof z.ZodUnion) return next(schema.options.at(-1))
  return {
    inner: schema,
    isNullable: false,
    isOptional: false,
    initial: undefined,
    about: schema.description,
  }
}

function kindOf(field: string, schema: z.ZodType, initial: unknown): BooleanKind | ValueKind {
  if (schema instanceof z.ZodBoolean)
    return { type: 'boolean', only: initial === false ? true : undefined }
  if (schema instanceof z.ZodLiteral) return { type: 'boolean', only: schema.value === true }
  if (schema instanceof z.ZodEnum)
    return { type: 'value', placeholder: 'choice', choices: textsOf(schema) }
  if (schema instanceof z.ZodArray) return listKind(schema.element)
  if (schema instanceof z.ZodRecord) return recordKind(schema)
  if (schema instanceof z.ZodNumber) return numberKind(field, schema)
  return { type: 'value', placeholder: 'text' }
}

const textsOf = (schema: z.ZodEnum): string[] => schema.options.map(String)

function listKind(element: unknown): ValueKind {
  const list = { type: 'value', placeholder: 'a,b' } as const
  if (!(element instanceof z.ZodEnum)) return { ...list, parse: gatherWords }
  const choices = textsOf(element)
  return { ...list, choices, parse: gatherChoices(choices) }
}

const recordKind = ({ valueType }: z.ZodRecord): ValueKind =>
  valueType instanceof z.ZodNumber
    ? {
        type: 'value',
        placeholder: 'slots',
        example: `cpu=8,mem=64GiB, or ${unlimited}`,
        parse: gatherSlotLimits,
      }
    : {
        type: 'value',
        placeholder: 'volumes',
        example: 'home=all,data=mount-in-session+download-file',
        parse: gatherVolumes,
      }

function numberKind(field: string, schema: z.ZodNumber): ValueKind {
  if (field.endsWith('Bytes'))
    return { type: 'value', placeholder: 'size', example: '64GiB', parse: parseBytes }
  if (/[a-z]S$/.test(field))
    return { type: 'value', placeholder: 'time', example: '1h30m', parse: parseSeconds }
  const parse = schema.format?.endsWith('int') ? parseWhole : parseAmount
  return { type: 'value', placeholder: 'number', parse }
}

/** Stands for null, which commander takes for nothing given. */
export const noLimit = Symbol(unlimited)

const orUnlimited = (kind: ValueKind): ValueKind => ({
  ...kind,
  parse: (text, before) => (text === unlimited ? noLimit : (kind.parse?.(text, before) ?? text)),
})

/** Bounds worth saying: those that somebody chose, not those of the machine. */
function bounds(schema: z.ZodType): string[] {
  if (!(schema instanceof z.ZodNumber)) return []
  const most = schema.maxValue
  return most !== null && most < 1_000_000 ? [`at most ${most}`] : []
}

const isWorthSaying = (initial: unknown): boolean =>
  typeof initial === 'number' || (typeof initial === 'string' && initial !== '')
