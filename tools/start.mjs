// `npm start`: installs what is missing, builds the console when it has changed, and becomes `capstan up`.
// Runs on any Node from 20 on with nothing installed.
import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { buildConsole, install, nodeOfCheckout, root } from './install.mjs'

await install()
await buildConsole()

const node = nodeOfCheckout()
// Compiled code is kept from one start to the next: half the time, and less memory.
const env = { NODE_COMPILE_CACHE: join(root, 'node_modules/.cache/capstan'), ...process.env }
const args = [
  '--max-semi-space-size=1',
  '--optimize-for-size',
  `${root}/apps/cli/src/main.ts`,
  'up',
]

if (typeof process.execve === 'function') {
  // One process fewer: this one becomes the program.
  process.removeAllListeners('warning')
  process.execve(node, [node, '--no-warnings', ...args], env)
}
const child = spawn(node, args, { stdio: 'inherit', env })
// The terminal sends Ctrl-C to both of us; a signal from elsewhere is passed on.
process.on('SIGINT', () => {})
for (const signal of ['SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal))
child.on('exit', code => process.exit(code ?? 1))
