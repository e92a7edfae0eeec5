import type { NodeUsage } from '@capstan/contract/agent'
import type { DesiredKernel } from '@capstan/contract/sync'

export interface GpuUse {
  /** Mean over its GPUs, 0 to 1. */
  readonly gpuUtilization: number | null
  /** Over all its GPUs together. */
  readonly gpuMemBytes: number | null
}

/** What the container of a kernel makes of its GPUs. Known only of those that it has to itself; null where nothing is. */
export function gpuUseOf({ devices }: DesiredKernel, use: NodeUsage['devices']): GpuUse {
  const own = new Set(devices.filter(({ amount }) => amount === 1).map(({ deviceId }) => deviceId))
  const measured = use.filter(({ id, kind }) => kind !== 'cpu' && own.has(id))
  const known = (values: (number | null)[]): number[] => values.filter(value => value !== null)
  const parts = known(measured.map(({ utilization }) => utilization))
  const bytes = known(measured.map(({ memBytes }) => memBytes))
  const sum = (values: number[]): number => values.reduce((total, value) => total + value, 0)
  return {
    gpuUtilization: parts.length > 0 ? sum(parts) / parts.length : null,
    gpuMemBytes: bytes.length > 0 ? sum(bytes) : null,
  }
}
