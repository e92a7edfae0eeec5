// Prints the row types of the migrated database to apps/manager/src/db/types.gen.ts; with --check compares instead.
import { readFileSync, writeFileSync } from 'node:fs'
import pg from 'pg'
import { startPostgres } from '../packages/testkit/src/postgres.ts'
import { migrate } from '../apps/manager/src/db/migrate.ts'

const target = new URL('../apps/manager/src/db/types.gen.ts', import.meta.url)

const typeOf: Record<string, string> = {
  bool: 'boolean',
  bytea: 'Buffer',
  float8: 'number',
  int4: 'number',
  int8: 'number',
  jsonb: 'unknown',
  text: 'string',
  _text: 'string[]',
  timestamptz: 'Date',
  uuid: 'string',
}

interface Column {
  table: string
  name: string
  type: string
  isNullable: boolean
  hasDefault: boolean
  comment: string | null
}

const columnsQuery = `
  select c.relname as table, a.attname as name, t.typname as type, not a.attnotnull as "isNullable",
    a.atthasdef or a.attidentity <> '' as "hasDefault", col_description(c.oid, a.attnum) as comment
  from pg_attribute a join pg_class c on c.oid = a.attrelid join pg_type t on t.oid = a.atttypid
  join pg_namespace n on n.oid = c.relnamespace
  where n.nspname = 'public' and c.relkind = 'r' and a.attnum > 0 and not a.attisdropped
  order by c.relname, a.attnum`

const camel = (name: string): string =>
  name.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase())
const pascal = (name: string): string => camel(`_${name}`)

function line(column: Column): string {
  const narrowed = column.comment?.startsWith('ts: ') ? column.comment.slice(4) : undefined
  const base = narrowed ?? typeOf[column.type]
  if (base === undefined)
    throw new Error(`no type for ${column.type} (${column.table}.${column.name})`)
  const isJson = column.type === 'jsonb' && narrowed !== undefined
  const read = column.isNullable ? `${base} | null` : base
  // JSON is written as text: a driver would turn an array into one of SQL's.
  const value =
    isJson || column.type === 'jsonb' ? `ColumnType<${read}, string | null, string | null>` : read
  const generated = column.hasDefault
    ? value === read
      ? `Generated<${read}>`
      : `ColumnType<${read}, string | undefined, string>`
    : value
  return `  ${camel(column.name)}: ${generated}`
}

function print(columns: Column[]): string {
  const tables = Map.groupBy(columns, column => column.table)
  const interfaces = [...tables].map(
    ([table, list]) =>
      `export interface ${pascal(table)}Table {\n${list.map(line).join('\n')}\n}\n`,
  )
  const schema = [...tables.keys()]
    .map(table => `  ${camel(table)}: ${pascal(table)}Table`)
    .join('\n')
  return `// Printed by \`npm run db:types\` from the migrated database. Do not edit.\nimport type { ColumnType, Generated } from 'kysely'\n\n${interfaces.join('\n')}\nexport interface Schema {\n${schema}\n}\n`
}

const server = await startPostgres()
try {
  await migrate(server.url('postgres'))
  const client = new pg.Client({ connectionString: server.url('postgres') })
  await client.connect()
  const { rows } = await client.query<Column>(columnsQuery)
  await client.end()
  const text = print(rows)
  if (!process.argv.includes('--check')) writeFileSync(target, text)
  else if (readFileSync(target, 'utf8') !== text) {
    console.error(
      'apps/manager/src/db/types.gen.ts is not what the migrations say: run npm run db:types',
    )
    process.exitCode = 1
  }
} finally {
  await server.stop()
}
