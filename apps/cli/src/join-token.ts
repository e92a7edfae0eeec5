import { joinTokenApi } from '@capstan/contract/join-token'
import { type Command, Option } from 'commander'
import { openApi } from './api.ts'
import { age, print, say, table } from './output.ts'
import { parseWhole } from './values.ts'

interface CreateOptions {
  readonly role: 'agent' | 'proxy' | 'storage'
  readonly description: string
  readonly hours: number
  readonly json?: boolean
}

/** `capstan join-token …`. */
export function addJoinToken(root: Command): void {
  const token = root.command('join-token').description('tokens that let machines join the cluster')
  token
    .command('create')
    .description('make a token; it is shown once')
    .addOption(
      new Option('--role <role>', 'what may join with it')
        .choices(['agent', 'proxy', 'storage'])
        .default('agent'),
    )
    .option('--description <text>', 'what it is for', '')
    .option('--hours <number>', 'how long it can be used; 0: until it is removed', parseWhole, 24)
    .option('--json', 'print the answer of the API')
    .action(createToken)
  token
    .command('list')
    .alias('ls')
    .description('list the tokens, never the secrets themselves')
    .option('--json', 'print the answer of the API')
    .action(listTokens)
  token
    .command('rm')
    .description('remove tokens; machines that joined with them stay')
    .argument('<ids...>')
    .action(removeTokens)
}

async function createToken({ role, description, hours, json }: CreateOptions): Promise<void> {
  const api = openApi()
  const lifetimeS = hours === 0 ? null : hours * 3600
  const { token } = await api.call(joinTokenApi.create, { role, description, lifetimeS })
  if (json) return print(api.lastAnswer())
  print(token)
  if (role === 'agent')
    say(
      `On the other machine: CAPSTAN_JOIN_TOKEN=${token} capstan agent --manager ${api.profile.endpoint}`,
    )
}

async function listTokens({ json }: { json?: boolean }): Promise<void> {
  const api = openApi()
  const { items } = await api.call(joinTokenApi.list, {})
  if (json) return print(api.lastAnswer())
  print(
    table(
      ['ID', 'ROLE', 'DESCRIPTION', 'AGE', 'EXPIRES', 'LAST USED'],
      items.map(token => [
        token.id,
        token.role,
        token.description,
        age(token.createdAt),
        token.expiresAt ?? 'never',
        token.lastUsedAt,
      ]),
    ),
  )
}

async function removeTokens(ids: readonly string[]): Promise<void> {
  const { call } = openApi()
  for (const id of ids) {
    await call(joinTokenApi.remove, { id })
    print(`${id}: removed`)
  }
}
