// `npm test`: installs what tests need, where it may, then runs every kind of test in turn. A stage that fails does not hide those
// after it. The last line says how many passed and failed. Runs on any Node from 20 on with nothing installed.
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { buildConsole, install, root } from './install.mjs'
import { countsOf, runStage } from './stage.mjs'
import { findChromium, stopEngine, whatIsMissing } from './surroundings.mjs'

await install()
const packages = prepare('setup-debian.sh')
const engine = prepare('setup-engine.sh')
process.once('exit', () => stopEngine(engine))

const missing = whatIsMissing({ packages, engine })
const notTested = [
  ...Object.values(missing),
  'real GPUs: nvidia-smi and MPS are played by scripts, written from their documentation',
]
const reports = mkdtempSync(join(tmpdir(), 'capstan-reports-'))
const results = []

/** Runs a stage, or passes it over for the reason given. */
async function stage(name, command, { report, unless, env = {}, limitMinutes = 20 } = {}) {
  if (unless !== undefined) return console.log(`\n── ${name}: not run, ${unless}`)
  console.log(`\n── ${name}`)
  const file = report && join(reports, `${name.replaceAll(' ', '-')}.json`)
  const reporting = file ? reportTo(report, file) : { args: [], env: {} }
  const outcome = await runStage(command[0], [...command.slice(1), ...reporting.args], {
    env: { ...env, ...reporting.env },
    limitMs: limitMinutes * 60_000,
  })
  const counts = countsOf(report, file, outcome)
  results.push({ name, ...outcome, ...counts })
  notTested.push(...counts.skipped.map(title => `skipped: ${title}`))
  console.log(`── ${describe(results.at(-1))}`)
}

const reportTo = (kind, file) =>
  kind === 'vitest'
    ? { args: ['--reporter=default', '--reporter=json', `--outputFile.json=${file}`], env: {} }
    : { args: ['--reporter=list,json'], env: { PLAYWRIGHT_JSON_OUTPUT_NAME: file } }

await stage('format', ['oxfmt', '--check', '.'])
await stage('lint', ['oxlint', '--type-aware', '--deny-warnings'])
await stage('types', ['tsc', '--noEmit'])
await stage('unused', ['knip'])
await stage('database types', ['node', 'tools/db-types.ts', '--check'])
await stage('unit and database', ['vitest', 'run'], { report: 'vitest' })
await stage('engine', ['vitest', 'run', '--config', 'vitest.host.config.ts'], {
  report: 'vitest',
  unless: missing.engine,
})
await buildConsole()
const browser = { CAPSTAN_CHROMIUM: findChromium() ?? '' }
await stage('system', ['vitest', 'run', '--config', 'e2e/vitest.config.ts'], {
  report: 'vitest',
  unless: missing.engine,
  env: browser,
})
await stage('browser', ['playwright', 'test', '-c', 'e2e/playwright.config.ts'], {
  report: 'playwright',
  unless: missing.chromium,
  limitMinutes: 40,
  env: browser,
})

rmSync(reports, { recursive: true, force: true })
summarize()

/** Runs a script that installs or starts what tests use; answers whether it could, and what it says about that. */
function prepare(script) {
  const begin = Date.now()
  const { status, stdout } = spawnSync('bash', [join(root, 'tools', script)], {
    stdio: ['ignore', 'pipe', 'inherit'],
    encoding: 'utf8',
  })
  const line = stdout.trim().split('\n').at(-1) ?? ''
  const seconds = ((Date.now() - begin) / 1000).toFixed(1)
  console.log(
    `── ${script}: ${line || (status === 0 ? 'done' : `ended with ${status}`)} (${seconds} s)`,
  )
  return { isGood: status === 0, line }
}

function describe({ name, seconds, passed, failed, problems }) {
  const why = problems.length > 0 ? `: ${problems.join('; ')}` : ''
  return `${name}: ${passed} passed, ${failed} failed (${seconds.toFixed(1)} s)${why}`
}

function summarize() {
  console.log('\n── All stages')
  for (const result of results) console.log(`  ${describe(result)}`)
  if (notTested.length > 0) {
    console.log('\nNot tested here:')
    for (const line of notTested) console.log(`  - ${line}`)
  }
  const sum = key => results.reduce((total, result) => total + result[key], 0)
  const failed = sum('failed')
  process.exitCode = failed > 0 ? 1 : 0
  console.log(`\n${sum('passed')} passed, ${failed} failed`)
}
