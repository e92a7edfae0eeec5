import {
  appendFileSync,
  chmodSync,
  existsSync,
  mkdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { delimiter, join } from 'node:path'
import { temporaryFolder } from '../testing.ts'

/** Prints the files `query` and `topo` beside it, or hangs. */
const smi = `#!/bin/sh
dir=$(dirname "$0")
[ -e "$dir/hang" ] && exec sleep 60
case $1 in
  --query-gpu=*) cat "$dir/query"; exit "$(cat "$dir/exit" 2>/dev/null || echo 0)" ;;
  topo) echo asked >>"$dir/topo.log"; cat "$dir/topo" ;;
esac
`

/** Notes how it is called; becomes a daemon with -d, which another call ends with the word \`quit\`. */
const mpsControl = `#!/bin/sh
dir=$(dirname "$0")
pid="$CUDA_MPS_PIPE_DIRECTORY/nvidia-cuda-mps-control.pid"
case $1 in
  --serve) echo $$ >"$pid"; sleep 600 & trap "kill $!; exit 0" TERM; wait; exit ;;
  -d)
    echo "start $CUDA_VISIBLE_DEVICES" >>"$dir/mps.log"
    grep -qsx "$CUDA_VISIBLE_DEVICES" "$dir/mps-fails" && { echo "no GPU for MPS" >&2; exit 1; }
    setsid "$0" --serve </dev/null >/dev/null 2>&1 &
    until [ -s "$pid" ]; do sleep 0.01; done ;;
  '')
    read -r word
    echo "$word" >>"$dir/mps.log"
    kill "$(cat "$pid")"
    while kill -0 "$(cat "$pid")" 2>/dev/null; do sleep 0.01; done ;;
esac
`

/** Tools of NVIDIA’s driver, played by scripts. */
export interface FakeTools {
  readonly tell: (query: readonly string[], exitCode?: number) => void
  readonly tellPlaces: (table: string) => void
  readonly hang: (does: boolean) => void
  /** No daemon of MPS starts for this GPU. */
  readonly failMps: (uuid: string) => void
  /** How the daemons of MPS were called, line by line. */
  readonly mpsCalls: () => string[]
  readonly topologyCalls: () => number
  readonly remove: (tool: 'nvidia-smi' | 'nvidia-cuda-mps-control') => void
  /** Where the driver tells of GPU 0 that its device file is `nvidia5`, of GPU 1 `nvidia4`, and where these are. */
  readonly folders: { readonly proc: string; readonly dev: string }
  /** Takes them off the PATH. */
  readonly close: () => void
}

/** Puts fake tools first on the PATH of this process. */
export function installFakeTools(): FakeTools {
  const folder = temporaryFolder()
  chmodSync(folder, 0o755)
  const path = (name: string): string => join(folder, name)
  const install = (name: string, script: string): void =>
    writeFileSync(path(name), script, { mode: 0o755 })
  install('nvidia-smi', smi)
  install('nvidia-cuda-mps-control', mpsControl)
  writeFileSync(path('topo'), '')
  const before = process.env['PATH'] ?? ''
  process.env['PATH'] = `${folder}${delimiter}${before}`
  const lines = (name: string): string[] =>
    existsSync(path(name)) ? readFileSync(path(name), 'utf8').trim().split('\n') : []
  return {
    tell: (query, exitCode = 0) => {
      writeFileSync(path('query'), `${query.join('\n')}\n`)
      writeFileSync(path('exit'), String(exitCode))
    },
    tellPlaces: table => writeFileSync(path('topo'), table),
    hang: does => (does ? appendFileSync(path('hang'), '') : rmSync(path('hang'))),
    failMps: uuid => appendFileSync(path('mps-fails'), `${uuid}\n`),
    mpsCalls: () => lines('mps.log'),
    topologyCalls: () => lines('topo.log').length,
    remove: tool => rmSync(path(tool)),
    folders: makeDriverFolders(folder),
    close: () => {
      process.env['PATH'] = before
    },
  }
}

function makeDriverFolders(folder: string): { proc: string; dev: string } {
  const proc = join(folder, 'proc')
  const dev = join(folder, 'dev')
  for (const [index, minor] of [5, 4].entries()) {
    const own = join(proc, 'gpus', `0000:${index}b:00.0`)
    mkdirSync(own, { recursive: true })
    writeFileSync(join(own, 'information'), `Model: \t\t NVIDIA\nDevice Minor: \t ${minor}\n`)
  }
  mkdirSync(dev)
  for (const name of ['nvidia4', 'nvidia5', 'nvidiactl', 'nvidia-uvm'])
    writeFileSync(join(dev, name), name)
  return { proc, dev }
}
