import type { ImageApp } from '@capstan/contract/session'
import { addIfAny, describeRaise, parseAmount } from './label-amount.ts'
import { parseServicePorts } from './label-ports.ts'
import type { Amounts } from './slots.ts'

/** What the labels of an image say (formats.md of the ecosystem). What is wrong in them becomes a warning, never an error. */
export interface ImageLabels {
  /** Marked as one that the platform can run. */
  readonly isOurs: boolean
  /** SYSTEM images are for the platform's own use. */
  readonly role: 'COMPUTE' | 'INFERENCE' | 'SYSTEM'
  readonly features: readonly string[]
  readonly baseDistro: string | undefined
  readonly runtimeType: string | undefined
  readonly runtimePath: string | undefined
  readonly minResources: Amounts
  readonly maxResources: Amounts
  readonly shmemBytes: number | undefined
  readonly accelerators: readonly string[]
  readonly apps: readonly ImageApp[]
  /** Names of those apps that are inference endpoints. */
  readonly endpointApps: readonly string[]
  /** Variables that are to hold the number of cores given. */
  readonly corecountNames: readonly string[]
  readonly warnings: readonly string[]
}

const prefix = 'ai.backend.'

const words = (text: string | undefined, separator: RegExp): string[] =>
  (text ?? '')
    .split(separator)
    .map(word => word.trim())
    .filter(Boolean)

export function readLabels(labels: Readonly<Record<string, string>>): ImageLabels {
  const warnings: string[] = []
  const label = (name: string): string | undefined => labels[prefix + name]
  const ports = parseServicePorts(label('service-ports') ?? '')
  warnings.push(...ports.warnings)
  const endpointApps = words(label('endpoint-ports'), /,/)
  for (const name of endpointApps)
    if (ports.apps.find(app => app.name === name)?.protocol !== 'preopen')
      warnings.push(`endpoint ${name} is not a preopen service port`)
  return {
    isOurs: label('kernelspec') === '1',
    role: roleOf(label('role'), warnings),
    features: words(label('features'), /\s+/),
    baseDistro: label('base-distro'),
    runtimeType: label('runtime-type'),
    runtimePath: label('runtime-path'),
    minResources: limits(labels, 'min', warnings),
    maxResources: limits(labels, 'max', warnings),
    shmemBytes: shmem(label('resource.preferred.shmem'), warnings),
    accelerators: words(label('accelerators'), /,/),
    apps: ports.apps,
    endpointApps,
    corecountNames: words(label('envs.corecount'), /,/),
    warnings,
  }
}

function roleOf(text: string | undefined, warnings: string[]): ImageLabels['role'] {
  const role = text?.toUpperCase()
  if (role === 'INFERENCE' || role === 'SYSTEM' || role === 'COMPUTE') return role
  if (role !== undefined) warnings.push(`role ${text} is not known: taken as COMPUTE`)
  return 'COMPUTE'
}

function limits(
  labels: Readonly<Record<string, string>>,
  kind: 'min' | 'max',
  warnings: string[],
): Amounts {
  const start = `${prefix}resource.${kind}.`
  const amounts: Record<string, number> = {}
  for (const [name, text] of Object.entries(labels))
    if (name.startsWith(start)) addIfAny(amounts, name.slice(start.length), text, warnings)
  return amounts
}

/** A bare number is mebibytes here. */
function shmem(text: string | undefined, warnings: string[]): number | undefined {
  if (text === undefined) return undefined
  const bytes = parseAmount('mem', /^\d+$/.test(text.trim()) ? `${text.trim()}m` : text)
  if (bytes === undefined) warnings.push(`preferred shared memory ${text} is not an amount`)
  return bytes
}

/** `amd64` and `x86_64` are one thing, so are `arm64` and `aarch64`. */
export const architectureOf = (name: string): string =>
  ({ amd64: 'x86_64', arm64: 'aarch64' })[name] ?? name

export interface Raise {
  readonly slot: string
  readonly from: number
  readonly to: number
}

/** SES-12: a request below the image's minimum is raised to it, slot by slot, and told so. */
export function raiseToMinimum(
  request: Amounts,
  minimum: Amounts,
): { amounts: Amounts; raised: readonly Raise[]; notices: string[] } {
  const raised = Object.entries(minimum)
    .map(([slot, to]) => ({ slot, from: request[slot] ?? 0, to }))
    .filter(({ from, to }) => from < to)
  const amounts = { ...request, ...Object.fromEntries(raised.map(({ slot, to }) => [slot, to])) }
  return { amounts, raised, notices: raised.map(describeRaise) }
}
