import { searchApi, type SearchHit } from '@capstan/contract/search'
import type { Command } from 'commander'
import { openApi } from './api.ts'
import { addFlags } from './flags.ts'
import { print, table } from './output.ts'

/** `capstan search TEXT`. */
export function addSearch(root: Command): void {
  const command = root
    .command('search')
    .description('find people, sessions and all else that you may see by a part of the name')
    .argument('<text>')
  const fields = addFlags(command, searchApi.find, {
    about: { kinds: 'only these kinds', limit: 'at most so many of each kind' },
    instead: { q: '<text>' },
  })
  command
    .option('--json', 'print the answer of the API')
    .action(async (text: string, options: { readonly json?: boolean }) => {
      const api = openApi()
      const { items } = await api.call(searchApi.find, { q: text, ...fields() })
      print(options.json ? api.lastAnswer() : rows(items))
    })
}

const rows = (items: readonly SearchHit[]): string =>
  table(
    ['KIND', 'NAME', 'STATUS', 'DETAIL'],
    items.map(({ kind, name, isActive, detail }) => [
      kind,
      name,
      isActive ? 'active' : 'inactive',
      detail,
    ]),
  )
