import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { ObservedImage } from '@capstan/contract/sync'
import type * as z from 'zod'

interface LocalApp {
  readonly name: string
  readonly port: number
  readonly program: string
  readonly command: readonly string[]
}

/** Applications that a node may have by itself. */
const known: readonly LocalApp[] = [
  {
    name: 'jupyter',
    port: 8888,
    program: '/usr/bin/jupyter-notebook',
    command: [
      '/usr/bin/jupyter-notebook',
      '--no-browser',
      '--ip=127.0.0.1',
      '--port={ports[0]}',
      '--NotebookApp.token=',
      '--NotebookApp.password=',
      '--NotebookApp.allow_remote_access=True',
    ],
  },
  {
    name: 'files',
    port: 8010,
    program: '/usr/bin/python3',
    command: [
      '/usr/bin/python3',
      '-m',
      'http.server',
      '{ports[0]}',
      '--bind',
      '127.0.0.1',
      '--directory',
      '/home/work',
    ],
  },
]

const offered = (): LocalApp[] => known.filter(app => existsSync(app.program))

/** Where sandboxes find them, as containers find those of their image. */
export function writeServiceDefinitions(folder: string): void {
  mkdirSync(folder, { recursive: true, mode: 0o755 })
  for (const { name, command } of offered())
    writeFileSync(join(folder, `${name}.json`), JSON.stringify({ command }), { mode: 0o644 })
}

/** The node's own file system, as an image that sessions can start from at once. */
export function localImage(): z.input<typeof ObservedImage> {
  return {
    reference: 'local/host:latest',
    runtime: 'process',
    digest: null,
    architecture: process.arch === 'arm64' ? 'aarch64' : 'x86_64',
    sizeBytes: 0,
    labels: {
      'ai.backend.kernelspec': '1',
      'ai.backend.base-distro': distro(),
      'ai.backend.service-ports': offered()
        .map(({ name, port }) => `${name}:http:${port}`)
        .join(','),
    },
  }
}

/** `debian12`, as images say it. */
function distro(): string {
  const text = existsSync('/etc/os-release') ? readFileSync('/etc/os-release', 'utf8') : ''
  const field = (name: string): string =>
    new RegExp(`^${name}="?([^"\n]*)`, 'm').exec(text)?.[1] ?? ''
  return `${field('ID') || process.platform}${field('VERSION_ID')}`
}
