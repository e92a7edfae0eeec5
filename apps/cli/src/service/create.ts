import { randomBytes } from 'node:crypto'
import { serviceApi } from '@capstan/contract/service'
import { openApi } from '../api.ts'
import { print, say } from '../output.ts'
import { readContainer } from '../session/container.ts'
import type { ContainerOptions } from '../session/options.ts'
import { shellLine } from '../session/values.ts'

export interface CreateServiceOptions extends ContainerOptions {
  readonly name?: string
  readonly replicas: number
  readonly json?: boolean
}

/** `service create`: the words after `--` are what each replica runs. */
export async function createService(
  command: readonly string[],
  options: CreateServiceOptions,
): Promise<void> {
  const api = openApi()
  const service = await api.call(serviceApi.create, {
    ...(await readContainer(api.call, options)),
    name: options.name ?? `service-${randomBytes(3).toString('hex')}`,
    replicaCount: options.replicas,
    startupCommand: shellLine(command),
  })
  for (const notice of service.notices) say(notice)
  print(options.json ? api.lastAnswer() : service.name)
}
