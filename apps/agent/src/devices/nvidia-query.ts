/** What `nvidia-smi` is asked for, in this order; the name alone may have commas in it. */
export const queryFields = [
  'index',
  'uuid',
  'name',
  'pci.bus_id',
  'memory.total',
  'driver_version',
  'mig.mode.current',
  'utilization.gpu',
  'memory.used',
  'temperature.gpu',
] as const

/** Arguments of `nvidia-smi` whose output `parseGpus` reads. */
export const queryArguments = [
  `--query-gpu=${queryFields.join(',')}`,
  '--format=csv,noheader,nounits',
]

/** A GPU as `nvidia-smi` tells of it. Null is what it does not know. */
export interface Gpu {
  /** Its number in the other tables of `nvidia-smi`; not the same after a restart of the machine. */
  readonly index: number
  readonly uuid: string
  readonly name: string
  readonly busId: string
  readonly memBytes: number | null
  readonly driver: string
  readonly isMig: boolean
  /** 0 to 1. */
  readonly utilization: number | null
  readonly memUsedBytes: number | null
  readonly temperatureC: number | null
}

const mebibyte = 2 ** 20
const fieldsBeforeName = 2
const fieldsAfterName = queryFields.length - fieldsBeforeName - 1

/**
 * Reads the output of `nvidia-smi` with `queryArguments`: the GPUs that answer, by index, and its own words on those that do
 * not. A value in brackets (`[N/A]`, `[Not Supported]`) is one that this GPU does not have; `[GPU is lost]` and errors mean
 * that the GPU is of no use.
 */
export function parseGpus(text: string): { gpus: Gpu[]; complaints: string[] } {
  const gpus: Gpu[] = []
  const complaints: string[] = []
  for (const line of text.split(/\r?\n/).map(one => one.trim())) {
    if (line === '') continue
    const gpu = /\[(?:gpu is lost|unknown error|.*requires reset.*)\]/i.test(line)
      ? undefined
      : parseGpu(line)
    if (gpu) gpus.push(gpu)
    else complaints.push(line.slice(0, 300))
  }
  return { gpus: gpus.sort((a, b) => a.index - b.index), complaints }
}

function parseGpu(line: string): Gpu | undefined {
  const cells = line.split(',').map(cell => cell.trim())
  const rest = cells.slice(-fieldsAfterName)
  const [index = '', uuid = ''] = cells
  if (cells.length < queryFields.length || !/^\d+$/.test(index) || !uuid.startsWith('GPU-'))
    return undefined
  const [busId = '', memory, driver = '', mig, utilization, memoryUsed, temperature] = rest
  const part = numberIn(utilization)
  return {
    index: Number(index),
    uuid,
    name: cells.slice(fieldsBeforeName, -fieldsAfterName).join(', '),
    busId,
    memBytes: scaled(memory, mebibyte),
    driver,
    isMig: mig === 'Enabled',
    utilization: part === null ? null : Math.min(1, part / 100),
    memUsedBytes: scaled(memoryUsed, mebibyte),
    temperatureC: numberIn(temperature),
  }
}

const numberIn = (cell: string | undefined): number | null =>
  cell !== undefined && /^\d+(?:\.\d+)?$/.test(cell) ? Number(cell) : null

function scaled(cell: string | undefined, unit: number): number | null {
  const value = numberIn(cell)
  return value === null ? null : value * unit
}
