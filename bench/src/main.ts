import { clusterBench } from './cluster.ts'
import { consoleBench } from './console.ts'
import { peopleBench } from './people.ts'
import { planBench } from './plan.ts'
import { proxyBench } from './proxy.ts'
import { slurmBench } from './slurm.ts'
import { startBench } from './start.ts'
import { traceBench } from './trace.ts'
import { upBench } from './up.ts'

/** A benchmark answers its figures by stable names. */
export type Figures = Readonly<Record<string, number>>

const benches: Readonly<Record<string, (flags: readonly string[]) => Promise<Figures>>> = {
  start: startBench,
  up: upBench,
  proxy: proxyBench,
  console: consoleBench,
  people: peopleBench,
  slurm: slurmBench,
  cluster: clusterBench,
  plan: planBench,
  trace: traceBench,
}

const [name = '', ...flags] = process.argv.slice(2)
const bench = benches[name]
if (!bench) {
  console.error(
    `usage: npm run bench -- NAME [options] [--json]\nNAME is one of ${Object.keys(benches).join(', ')}`,
  )
  process.exit(2)
}
const figures = await bench(flags)
const width = Math.max(...Object.keys(figures).map(key => key.length))
for (const [key, value] of Object.entries(figures)) console.log(`${key.padEnd(width)}  ${value}`)
if (flags.includes('--json')) console.log(JSON.stringify({ bench: name, figures }))
process.exit(0)
