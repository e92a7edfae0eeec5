import type { Endpoint } from '@capstan/contract/endpoint'
import { type Command, Option } from 'commander'
import type * as z from 'zod'
import { flagName, noLimit, readField, wordsOf } from './field.ts'

interface FlagSettings<Instead extends string> {
  /** Fields that the command takes in another way, and what its user knows them by. */
  readonly instead?: Readonly<Record<Instead, string>>
  /** What fields are for, where the contract does not say. */
  readonly about?: Readonly<Record<string, string>>
}

/** What fields are called on the command line, by command. */
const called = new WeakMap<Command, ReadonlyMap<string, string>>()

/**
 * Gives a command an option for each field of an endpoint's input: with its choices, its unit, and whether it must be given.
 * Answers what gathers the input of the options that were given, once the command runs.
 */
export function addFlags<
  I extends z.ZodObject,
  O extends z.ZodType,
  Instead extends string = never,
>(
  command: Command,
  endpoint: Endpoint<I, O>,
  { instead, about = {} }: FlagSettings<Instead> = {},
): () => Omit<z.input<I>, Instead> {
  const others: Readonly<Record<string, string>> = instead ?? {}
  const fields = Object.entries<z.ZodType>(endpoint.input.shape).filter(
    ([field]) => !(field in others),
  )
  const attributes = fields.map(([field, schema]) => {
    const options = optionsOf(field, schema, about[field])
    for (const option of options) command.addOption(option)
    return [field, options[0]!.attributeName(), options[0]!.long!] as const
  })
  called.set(
    command,
    new Map([
      ...attributes.map(([field, , flag]) => [field, flag] as const),
      ...Object.entries(others),
    ]),
  )
  return () => {
    const given = attributes
      // Commander gives a lone --no-x a default of its own.
      .filter(([, attribute]) => command.getOptionValueSource(attribute) === 'cli')
      .map(([field, attribute]) => [field, valueOf(command, attribute)])
    // Each option reads what its field takes, and commander has asked for those that must be there.
    return Object.fromEntries(given) as Omit<z.input<I>, Instead>
  }
}

function valueOf(command: Command, attribute: string): unknown {
  const value: unknown = command.getOptionValue(attribute)
  return value === noLimit ? null : value
}

/** What the user of a command knows a field of its request by: `--full-name`. */
export function flagOf(command: Command | undefined, path: string): string {
  const [field = '', ...rest] = path.split('.')
  const flag = command && called.get(command)?.get(field)
  return flag === undefined ? path : [flag, ...rest].join(' ')
}

function optionsOf(field: string, schema: z.ZodType, about: string | undefined): Option[] {
  const { kind, isRequired, notes, ...known } = readField(field, schema)
  const name = flagName(field)
  const words = about ?? known.about ?? wordsOf(field)
  const text = notes.length === 0 ? words : `${words} (${notes.join('; ')})`
  if (kind.type === 'boolean') {
    const yes = new Option(`--${name}`, text)
    if (kind.only !== undefined) return [kind.only ? yes : new Option(`--no-${name}`, text)]
    return [yes, new Option(`--no-${name}`, 'or not')]
  }
  const option = new Option(`--${name} <${kind.placeholder}>`, text).makeOptionMandatory(isRequired)
  if (kind.choices) option.choices(kind.choices)
  // Commander hands a parser only what the same parser gave before.
  if (kind.parse) option.argParser(kind.parse as (text: string, before: unknown) => unknown)
  return [option]
}
