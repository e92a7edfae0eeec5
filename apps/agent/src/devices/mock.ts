import { readFile } from 'node:fs/promises'
import { type Device, ShareStep } from '@capstan/contract/agent'
import { readBytes } from '@capstan/contract/amount-text'
import * as z from 'zod'

const Memory = z.string().transform((text, context) => {
  const bytes = readBytes(text)
  if (bytes === undefined) context.addIssue('an amount of memory looks like 512m, 1.5g or 40GiB')
  return bytes ?? 0
})

/** Some mock accelerators that are alike. */
const MockDevices = z.strictObject({
  kind: z
    .string()
    .regex(/^[a-z][a-z0-9-]{0,20}$/, 'small letters, digits and dashes')
    .refine(kind => kind !== 'cpu' && kind !== 'mem', 'cores and memory are not accelerators')
    .default('mock'),
  count: z.int().min(1).max(64).default(1),
  model: z.string().max(128).default('Mock accelerator'),
  memory: Memory.optional(),
  numaNode: z.int().min(0).optional(),
  linkGroup: z.string().min(1).max(64).optional(),
  /** Given out in shares, in multiples of this part of a device; absent: whole. */
  shareStep: ShareStep.optional(),
})

const MockFile = z
  .array(MockDevices)
  .refine(
    given =>
      given.every(one =>
        given.every(
          other => other.kind !== one.kind || isShared(other.shareStep) === isShared(one.shareStep),
        ),
      ),
    'devices of one kind are given out either whole or in shares',
  )

const isShared = (step: number | undefined): boolean => step !== undefined

/** Mock devices give nothing: their sessions only learn which ones they have. */
export const isMock = (deviceId: string): boolean => deviceId.startsWith('mock-')

/** The accelerators that a file declares, so that all of Capstan can be tried without hardware. Throws what is wrong with it. */
export async function readMockDevices(path: string): Promise<Device[]> {
  let json: unknown
  try {
    json = JSON.parse(await readFile(path, 'utf8'))
  } catch (error) {
    throw new Error(`the file of mock devices, ${path}, cannot be read: ${String(error)}`, {
      cause: error,
    })
  }
  const parsed = MockFile.safeParse(json)
  if (!parsed.success)
    throw new Error(
      `the file of mock devices, ${path}, is wrong:\n${z.prettifyError(parsed.error)}`,
    )
  return numbered(parsed.data)
}

/** One device each, numbered within its kind: `mock-0`, `mock-cuda-0`. */
function numbered(given: z.output<typeof MockFile>): Device[] {
  const counts = new Map<string, number>()
  return given.flatMap(({ kind, count, model, ...place }) =>
    Array.from({ length: count }, () => {
      const number = counts.get(kind) ?? 0
      counts.set(kind, number + 1)
      return {
        id: kind === 'mock' ? `mock-${number}` : `mock-${kind}-${number}`,
        kind,
        model,
        slot: isShared(place.shareStep) ? `${kind}.shares` : `${kind}.device`,
        capacity: 1,
        numaNode: place.numaNode ?? null,
        memBytes: place.memory ?? null,
        linkGroup: place.linkGroup ?? null,
        shareStep: place.shareStep ?? null,
      }
    }),
  )
}
