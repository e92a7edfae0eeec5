import type { Endpoint } from '@capstan/contract/endpoint'
import type { Command } from 'commander'
import type * as z from 'zod'
import { type Api, openApi, patient } from './api.ts'
import { readField, wordsOf } from './field.ts'
import { addFlags } from './flags.ts'
import { type Cell, openTable, print, say } from './output.ts'
import { parseWhole } from './values.ts'

interface Page<T> {
  readonly items: readonly T[]
  readonly nextCursor: string | null
}

interface List<I extends z.ZodObject, T> {
  readonly endpoint: Endpoint<I, z.ZodType<Page<T>>>
  /** Heading and cell of each column. */
  readonly columns: Readonly<Record<string, (item: T) => Cell>>
  readonly about?: Readonly<Record<string, string>>
}

interface ListOptions {
  readonly limit: number
  readonly cursor?: string
  readonly all?: boolean
  readonly json?: boolean
}

const most = 200

/** A verb `list` that takes every filter of its endpoint. */
export function addList<I extends z.ZodObject, T>(
  noun: Command,
  description: string,
  list: List<I, T>,
): void {
  const command = noun.command('list').alias('ls').description(description)
  const lister = addListOptions(command, list)
  command.action(() => lister(openApi(), {}))
}

/**
 * The options of a list: filters, order, and how much of it. Answers what prints the list, once the command runs: with the
 * fields of the endpoint's path given, of those `within` the object they name.
 */
export function addListOptions<I extends z.ZodObject, T, P extends string = never>(
  command: Command,
  { endpoint, columns, about }: List<I, T>,
  within: readonly P[] = [],
): (api: Api, path: Record<P, string>) => Promise<void> {
  // Both lists hold exactly the names that the record is typed by.
  const instead = Object.fromEntries(
    [...within, 'limit', 'cursor'].map(name => [name, name]),
  ) as Record<P | 'limit' | 'cursor', string>
  const filters = addFlags(command, endpoint, {
    instead,
    about: { ...filterWords(endpoint.input), sort: 'order; with - the other way round', ...about },
  })
  command
    .option('--limit <number>', `at most so many, up to ${most}`, parseWhole, 50)
    .option('--cursor <cursor>', 'go on where the last page ended')
    .option('--all', 'all of them, page after page')
    .option('--json', 'print the answers of the API, one a line')
  return (api, path) =>
    printPages(api, { endpoint, columns, filters: { ...filters(), ...path } }, command.opts())
}

/** What the filters do, by their kind. */
const filterWords = ({ shape }: z.ZodObject): Record<string, string> =>
  Object.fromEntries(
    // The fields of an object's schema are schemas.
    Object.entries(shape as Record<string, z.ZodType>).map(([field, schema]) => {
      const { kind } = readField(field, schema)
      if (kind.type === 'boolean') return [field, `only those that are ${wordsOf(field)}`]
      return [field, kind.choices ? 'only these' : `only with this in the ${wordsOf(field)}`]
    }),
  )

async function printPages<T>(
  api: Api,
  {
    endpoint,
    columns,
    filters,
  }: { endpoint: Endpoint<z.ZodType, z.ZodType<Page<T>>> } & Pick<
    List<z.ZodObject, T>,
    'columns'
  > & {
      filters: object
    },
  { limit, cursor: first, all = false, json = false }: ListOptions,
): Promise<void> {
  const call = all ? patient(api.call) : api.call
  const rows = openTable(Object.keys(columns))
  for (let cursor = first; ;) {
    const page: Page<T> = await call(endpoint, {
      ...filters,
      limit: all ? most : limit,
      ...(cursor !== undefined && { cursor }),
    })
    const cells = page.items.map(item => Object.values(columns).map(cell => cell(item)))
    print(json ? api.lastAnswer() : rows(cells))
    if (page.nextCursor === null) return
    if (!all) return say(`There are more: add --all, or --cursor ${page.nextCursor}`)
    cursor = page.nextCursor
  }
}
