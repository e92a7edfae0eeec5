import type { NodeProblem } from '@capstan/contract/agent'
import type * as z from 'zod'
import { type Gpu, parseGpus, queryArguments } from './nvidia-query.ts'
import { parseTopology, type Place } from './nvidia-topology.ts'
import { type Printed, runTool, ToolMissing } from './run-tool.ts'

type Problem = z.input<typeof NodeProblem>

/** A GPU that can be given out. */
export interface PlacedGpu extends Gpu, Place {}

const tool = 'nvidia-smi'

/** After so many looks in vain nothing is known of the GPUs any more, and none is given out. */
const patientLooks = 2

/** The NVIDIA GPUs of this node, as the driver's own tool tells of them each time it is asked. */
export class NvidiaGpus {
  /** How long the tool may take: where GPUs sleep, the driver wakes them one by one to answer. Milliseconds. */
  patienceMs = 10_000
  /** All that were seen since the start, by UUID: one that falls off is missed. */
  readonly #known = new Map<string, Gpu>()
  #places = new Map<number, Place>()
  /** The GPUs that `#places` was read for. */
  #placedAs = ''
  #failedLooks = 0
  /** Those that can be given out, by index. */
  gpus: readonly PlacedGpu[] = []
  problems: readonly Problem[] = []

  /** Whether this node has ever had one. */
  get isPresent(): boolean {
    return this.#known.size > 0
  }

  /** Looks again. Never throws: what is wrong becomes a problem. */
  async look(): Promise<void> {
    let printed: Printed
    try {
      printed = await runTool(tool, queryArguments, { timeoutMs: this.patienceMs })
    } catch (error) {
      // A node without the tool has no such GPUs, and there is nothing wrong with it.
      if (error instanceof ToolMissing && !this.isPresent) return
      return this.#fail(error instanceof Error ? error.message : String(error))
    }
    const { gpus, complaints } = parseGpus(printed.stdout)
    if (gpus.length === 0 && printed.exitCode !== 0) {
      const words = complaints[0] ?? printed.stderr.trim().slice(0, 300)
      if (!this.isPresent && /no devices were found/i.test(words)) return
      return this.#fail(`${tool} says: ${words}`)
    }
    this.#failedLooks = 0
    for (const gpu of gpus) this.#known.set(gpu.uuid, gpu)
    this.problems = this.#problemsOf(gpus, complaints)
    await this.#lookAtPlaces(gpus)
    this.gpus = gpus
      .filter(({ isMig }) => !isMig)
      .map(gpu => ({
        ...gpu,
        ...(this.#places.get(gpu.index) ?? { numaNode: null, linkGroup: null }),
      }))
  }

  #fail(words: string): void {
    this.#failedLooks++
    if (this.#failedLooks >= patientLooks) this.gpus = []
    this.problems = [
      { code: 'gpu_tool_failed', message: `Nothing is known of the NVIDIA GPUs: ${words}` },
    ]
  }

  #problemsOf(gpus: readonly Gpu[], complaints: readonly string[]): Problem[] {
    const answering = new Set(gpus.map(({ uuid }) => uuid))
    const gone = [...this.#known.values()].filter(({ uuid }) => !answering.has(uuid))
    const about = (gpu: Gpu): string | undefined =>
      complaints.find(line => line.includes(gpu.uuid) || line.includes(gpu.busId.slice(-10)))
    const told = new Set(gone.map(about))
    return [
      ...gone.map(gpu => ({
        code: 'gpu_gone',
        message: `${describe(gpu)} does not answer any more, and is not given out: ${about(gpu) ?? `${tool} does not list it`}`,
      })),
      ...complaints
        .filter(line => !told.has(line))
        .map(line => ({ code: 'gpu_failed', message: `${tool} says: ${line}` })),
      ...gpus
        .filter(({ isMig }) => isMig)
        .map(gpu => ({
          code: 'gpu_in_mig_mode',
          message: `${describe(gpu)} is in MIG mode, and is not given out: switch that off (nvidia-smi -mig 0) to use it`,
        })),
    ]
  }

  /** Asked only when other GPUs are there than before: it takes the tool long. */
  async #lookAtPlaces(gpus: readonly Gpu[]): Promise<void> {
    const these = gpus.map(({ uuid, index }) => `${index} ${uuid}`).join()
    if (these === this.#placedAs) return
    try {
      const { stdout } = await runTool(tool, ['topo', '-m'], { timeoutMs: this.patienceMs })
      this.#places = parseTopology(stdout)
      this.#placedAs = these
    } catch {
      // Asked again at the next look; until then they have no places.
      this.#places = new Map()
    }
  }
}

const describe = ({ name, uuid, busId }: Gpu): string => `${name} (${uuid}, ${busId})`
