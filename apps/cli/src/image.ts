import { imageApi } from '@capstan/contract/image'
import { describeBytes } from '@capstan/core/slots'
import type { Command } from 'commander'
import { openApi } from './api.ts'
import { print, say, table } from './output.ts'
import { parseWhole } from './values.ts'

interface ListOptions {
  readonly limit: number
  readonly cursor?: string
  readonly json?: boolean
}

/** `capstan image list`. */
export function addImage(root: Command): void {
  root
    .command('image')
    .description('images that sessions start from')
    .command('list')
    .alias('ls')
    .description('list the images that sessions can start from')
    .option('--limit <number>', 'at most so many, up to 200', parseWhole, 50)
    .option('--cursor <cursor>', 'go on where the last page ended')
    .option('--json', 'print the answer of the API')
    .action(listImages)
}

async function listImages({ limit, cursor, json }: ListOptions): Promise<void> {
  const api = openApi()
  const { items, nextCursor } = await api.call(imageApi.list, {
    limit,
    ...(cursor !== undefined && { cursor }),
  })
  if (json) return print(api.lastAnswer())
  print(
    table(
      ['REFERENCE', 'RUNTIME', 'ARCHITECTURE', 'SIZE', 'APPLICATIONS', 'NODES'],
      items.map(image => [
        image.reference,
        image.runtime,
        image.architecture,
        describeBytes(image.sizeBytes),
        image.apps.map(({ name }) => name).join(', '),
        image.installedOn,
      ]),
    ),
  )
  if (nextCursor !== null) say(`There are more: add --cursor ${nextCursor}`)
}
