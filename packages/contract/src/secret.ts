import * as z from 'zod'

const secrets = z.registry<{ readonly isSecret: true }>()

/** Marks a field whose value is for nobody's eyes: it is kept out of the log of operations. */
export function secret<S extends z.ZodType>(schema: S): S {
  secrets.add(schema, { isSecret: true })
  return schema
}

/** What is left of an input when its secrets are taken out; `isWhole` when it held none. What the schema does not know is left out too. */
export function withoutSecrets(
  schema: z.core.$ZodType,
  value: unknown,
): { readonly value: unknown; readonly isWhole: boolean } {
  let isWhole = true
  const visit = (at: z.core.$ZodType, given: unknown): unknown => {
    if (given === undefined || given === null) return given
    if (secrets.has(at)) {
      // Nothing was given: nothing is missing.
      if (given === '' || (isRecord(given) && Object.keys(given).length === 0)) return given
      isWhole = false
      return undefined
    }
    const def = definitionOf(at)
    switch (def.type) {
      case 'object':
        return isRecord(given)
          ? mapped(def.shape, field => visit(def.shape[field]!, given[field]))
          : undefined
      case 'record':
        return isRecord(given) ? mapped(given, key => visit(def.valueType, given[key])) : undefined
      case 'array':
        return Array.isArray(given) ? given.map(each => visit(def.element, each)) : undefined
      case 'union':
        return visitFirst(def.options, given)
      case 'pipe':
        return visit(definitionOf(def.in).type === 'transform' ? def.out : def.in, given)
      case 'optional':
      case 'nullable':
      case 'default':
      case 'prefault':
      case 'nonoptional':
      case 'readonly':
      case 'catch':
        return visit(def.innerType, given)
      case 'any':
      case 'unknown':
        isWhole = false
        return undefined
      default:
        return typeof given === 'object' ? undefined : given
    }
  }
  const visitFirst = (options: readonly z.core.$ZodType[], given: unknown): unknown => {
    const fitting = options.find(option => z.safeParse(option, given).success)
    return fitting && visit(fitting, given)
  }
  const left = visit(schema, value)
  return { value: left, isWhole }
}

/** Every schema is one of those that zod itself makes. This is where zod keeps what a schema was made of. */
const definitionOf = (schema: z.core.$ZodType): z.core.$ZodTypes['_zod']['def'] =>
  // oxlint-disable-next-line no-underscore-dangle
  (schema as z.core.$ZodTypes)._zod.def

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const mapped = (keys: object, of: (key: string) => unknown): Record<string, unknown> =>
  Object.fromEntries(
    Object.keys(keys)
      .map(key => [key, of(key)] as const)
      .filter(([, value]) => value !== undefined),
  )
