// What `npm start` and `npm test` need before anything else. Plain JavaScript: runs on any Node from 20 on, with nothing installed.
import { spawn } from 'node:child_process'
import { existsSync, readdirSync, readFileSync, statSync, utimesSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const root = dirname(dirname(fileURLToPath(import.meta.url)))

const modules = join(root, 'node_modules')
const lockFile = join(root, 'package-lock.json')
const installedFile = join(modules, '.package-lock.json')

/** The Node that comes with the checkout. Files of our own may be written for it alone. */
export const nodeOfCheckout = () => join(modules, '.bin/node')

/** Installs the packages when there are none, or when they are not those of package-lock.json. */
export async function install() {
  refuseOldNode()
  if (isInstalled()) return
  const wanted = Object.entries(packagesOf(lockFile))
    .filter(([name, about]) => isOutside(name) && isForThisMachine(about))
    .map(([name]) => name)
  const begin = Date.now()
  console.log('Installing packages (about 650 MB on disk; one to three minutes) …')
  const timer = setInterval(() => {
    const there = wanted.filter(name => existsSync(join(root, name, 'package.json'))).length
    const seconds = Math.round((Date.now() - begin) / 1000)
    console.log(`  ${there} of ${wanted.length} packages, ${seconds} s`)
  }, 5000)
  try {
    await run('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'])
  } finally {
    clearInterval(timer)
  }
  if (!existsSync(nodeOfCheckout()))
    fail(
      `There is no Node for ${process.platform} on ${process.arch} among our packages: Capstan runs on Linux (x64, arm64) and macOS (arm64).`,
    )
  console.log(`Packages are installed (${Math.round((Date.now() - begin) / 1000)} s).`)
}

/** Builds the console when it was never built, or when something that it is made of is newer. */
export async function buildConsole() {
  const folder = join(root, 'apps/console')
  const built = statSync(join(folder, 'dist/index.html'), { throwIfNoEntry: false })
  const sources = [
    ...['src', 'public', 'index.html', 'vite.config.ts', 'package.json'].map(name =>
      join(folder, name),
    ),
    join(root, 'packages/contract/src'),
    join(root, 'packages/core/src'),
    lockFile,
  ]
  if (built && sources.every(path => newest(path) <= built.mtimeMs)) return
  console.log('Building the console …')
  await run('npm', ['run', '--silent', 'build', '-w', '@capstan/console'], { isQuiet: true })
}

function refuseOldNode() {
  const major = Number(process.versions.node.split('.')[0])
  if (major < 20) fail(`Node ${process.versions.node} is too old: Capstan needs 20 or newer.`)
}

/** Many packages come once for each platform, of which only one is installed. */
const isForThisMachine = ({ os, cpu, libc }) =>
  (os?.includes(process.platform) ?? true) &&
  (cpu?.includes(process.arch) ?? true) &&
  (libc?.includes('glibc') ?? true)

const isOutside = name => name.startsWith('node_modules/')

/** @returns {Record<string, { version?: string, optional?: boolean, link?: boolean }>} */
const packagesOf = file => JSON.parse(readFileSync(file, 'utf8')).packages

/** npm writes down what it has installed. Times are looked at first, since reading both lists takes longer. */
function isInstalled() {
  const done = statSync(installedFile, { throwIfNoEntry: false })
  if (!done || !existsSync(nodeOfCheckout())) return false
  if (done.mtimeMs >= statSync(lockFile).mtimeMs) return true
  const [wanted, there] = [packagesOf(lockFile), packagesOf(installedFile)]
  const isSame = Object.entries(wanted)
    .filter(([name]) => isOutside(name))
    .every(([name, { version, optional, devOptional }]) =>
      there[name] ? there[name].version === version : optional || devOptional,
    )
  if (isSame) utimesSync(installedFile, new Date(), new Date())
  return isSame
}

/** Time of the last change at or below a path, in milliseconds; 0 where there is nothing. */
function newest(path) {
  const about = statSync(path, { throwIfNoEntry: false })
  if (!about) return 0
  if (!about.isDirectory()) return about.mtimeMs
  return readdirSync(path).reduce(
    (latest, name) => Math.max(latest, newest(join(path, name))),
    about.mtimeMs,
  )
}

/** Runs a command to its end; when it fails, shows what it said and ends this process with its exit code. */
function run(command, args, { isQuiet = false } = {}) {
  const child = spawn(command, args, {
    cwd: root,
    stdio: isQuiet ? ['ignore', 'pipe', 'pipe'] : ['ignore', 'inherit', 'inherit'],
  })
  const said = []
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', part => said.push(part))
  return new Promise(resolve => {
    child.on('error', error => fail(`${command}: ${error.message}`))
    child.on('close', code => {
      if (code === 0) return resolve()
      process.stderr.write(Buffer.concat(said))
      fail(`"${command} ${args.join(' ')}" ended with exit code ${code}.`, code ?? 1)
    })
  })
}

function fail(message, code = 1) {
  console.error(message)
  process.exit(code)
}
