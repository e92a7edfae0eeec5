import { randomBytes } from 'node:crypto'
import { accountApi } from '@capstan/contract/account'
import type { Call } from '@capstan/contract/client'
import { type Image, imageApi } from '@capstan/contract/image'
import { type ClusterMode, sessionApi, type SessionDetails } from '@capstan/contract/session'
import type { Slots } from '@capstan/contract/slots'
import { type User, userApi } from '@capstan/contract/user'
import { type Api, openApi } from '../api.ts'
import { print, say } from '../output.ts'
import { findUser, isId } from '../find.ts'
import { shellLine } from './values.ts'
import { waitForSession } from './wait.ts'

export interface CreateOptions {
  readonly image: string
  readonly name?: string
  readonly type?: 'interactive' | 'batch'
  readonly cpu: number
  readonly mem: number
  readonly gpu?: number
  readonly slot?: Slots
  readonly shmem?: number
  readonly env?: Record<string, string>
  readonly project?: string
  readonly group: string
  readonly priority?: number
  readonly preemptible?: boolean
  readonly startsAt?: string
  readonly after?: string[]
  readonly clusterSize?: number
  readonly clusterMode?: ClusterMode
  readonly count?: number
  readonly owner?: string
  readonly agent?: string[]
  readonly wait?: boolean
  readonly json?: boolean
}

/** `session create`: the words after `--` are what a batch session runs, or an interactive one beside its shell. */
export async function createSession(
  command: readonly string[],
  options: CreateOptions,
): Promise<void> {
  const api = openApi()
  const { call } = api
  const owner = options.owner === undefined ? undefined : await findUser(call, options.owner)
  const [imageId, projectId] = await Promise.all([
    findImage(call, options.image).then(image => image.id),
    findProject(call, options.project, owner),
  ])
  const asked = {
    name: options.name ?? `session-${randomBytes(3).toString('hex')}`,
    type: options.type ?? (command.length > 0 ? ('batch' as const) : ('interactive' as const)),
    imageId,
    projectId,
    resourceGroup: options.group,
    resources: resourcesOf(options),
    environ: options.env ?? {},
    ...(owner && { owner: owner.email }),
    ...(options.agent && { agentIds: options.agent }),
    ...(options.shmem !== undefined && { shmemBytes: options.shmem }),
    ...(options.priority !== undefined && { priority: options.priority }),
    ...(options.startsAt !== undefined && { startsAt: options.startsAt }),
    ...(options.clusterSize !== undefined && { clusterSize: options.clusterSize }),
    ...(options.clusterMode && { clusterMode: options.clusterMode }),
    ...(options.after && { after: options.after }),
    ...(options.preemptible === true && { isPreemptible: true }),
    ...(command.length > 0 && { startupCommand: shellLine(command) }),
  }
  if (options.count !== undefined) {
    const { items } = await call(sessionApi.createMany, { ...asked, count: options.count })
    return print(options.json ? api.lastAnswer() : items.map(({ name }) => name).join('\n'))
  }
  const session = await call(sessionApi.create, asked)
  const created = api.lastAnswer()
  for (const notice of session.notices) say(notice)
  if (!options.wait) return print(options.json ? created : session.name)
  say(`${session.name} (${session.id})`)
  await waitAndTell(api, session, options.json ?? false)
}

async function waitAndTell(api: Api, session: SessionDetails, isJson: boolean): Promise<void> {
  const last = await waitForSession(api, session, status => say(status))
  print(isJson ? api.lastAnswer() : last.name)
  const isGood = last.type === 'batch' ? last.result === 'success' : last.status === 'running'
  if (!isGood) process.exitCode = 1
}

/** Whole GPUs are devices; a fraction is a share of one. */
function resourcesOf({ cpu, mem, gpu = 0, slot = {} }: CreateOptions): Slots {
  const gpuSlot = Number.isInteger(gpu) ? 'cuda.device' : 'cuda.shares'
  return { cpu, mem, ...(gpu > 0 && { [gpuSlot]: gpu }), ...slot }
}

async function findImage(call: Call, wanted: string): Promise<Pick<Image, 'id'>> {
  if (isId(wanted)) return { id: wanted }
  const { items } = await call(imageApi.list, { reference: wanted, limit: 200 })
  const exact = items.find(image => image.reference === wanted)
  if (exact) return exact
  if (items.length === 1) return items[0]!
  if (items.length === 0) throw new Error(`there is no image like ${wanted}: see "image list"`)
  throw new Error(
    ['several images are like that; name one:', ...items.map(i => `  ${i.reference}`)].join('\n'),
  )
}

/** Among those of whom it is for: the first, or that of the name. */
async function findProject(
  call: Call,
  wanted: string | undefined,
  owner: User | undefined,
): Promise<string> {
  if (wanted !== undefined && isId(wanted)) return wanted
  const { projects } = owner
    ? await call(userApi.show, { id: owner.id })
    : await call(accountApi.show, {})
  const who = owner ? `${owner.email} is` : 'you are'
  const found =
    wanted === undefined
      ? projects.find(({ type }) => type === 'general')
      : projects.find(({ name }) => name === wanted)
  if (found) return found.id
  throw new Error(
    wanted === undefined
      ? `${who} in no project${owner ? '' : ': ask an administrator'}`
      : `${who} in no project called ${wanted}, only in ${projects.map(({ name }) => name).join(', ')}`,
  )
}
