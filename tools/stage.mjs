// Runs one stage of `npm test`, leaves nothing of it running, and counts what its report says.
import { spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { root } from './install.mjs'

/** Every process of a stage has this in its environment, however far it went from its parent. */
const markName = 'CAPSTAN_TEST_RUN'

/** Runs a command of the checkout to its end, or until `limitMs` have passed. */
export async function runStage(command, args, { env, limitMs }) {
  const mark = randomUUID()
  const begin = performance.now()
  const child = spawn(command, args, {
    cwd: root,
    stdio: ['ignore', 'inherit', 'inherit'],
    // Its own process group, so that it can be ended as a whole.
    detached: true,
    env: {
      ...process.env,
      ...env,
      PATH: `${join(root, 'node_modules/.bin')}:${process.env.PATH}`,
      [markName]: mark,
    },
  })
  const interrupt = () => {
    endGroup(child)
    endAll(processesOf(mark))
    process.exit(130)
  }
  process.once('SIGINT', interrupt).once('SIGTERM', interrupt)
  let isLate = false
  const limit = setTimeout(() => {
    isLate = true
    endGroup(child)
  }, limitMs)
  const code = await new Promise(resolve => {
    child.on('error', error => resolve(error.message))
    child.on('exit', (status, signal) => resolve(status ?? signal))
  })
  clearTimeout(limit)
  process.removeListener('SIGINT', interrupt).removeListener('SIGTERM', interrupt)
  const left = await leftOf(mark)
  endAll(left)
  return {
    code,
    seconds: (performance.now() - begin) / 1000,
    problems: [
      ...(isLate ? [`stopped after ${limitMs / 60_000} minutes`] : []),
      ...(left.length > 0 ? [`left running: ${left.map(({ name }) => name).join(', ')}`] : []),
    ],
  }
}

function endGroup(child) {
  try {
    process.kill(-child.pid, 'SIGKILL')
  } catch {
    // It has ended already.
  }
}

/** What still runs a moment after the stage: programs that were told to end take that moment. */
async function leftOf(mark) {
  for (const end = performance.now() + 3000; performance.now() < end; await sleep(50))
    if (processesOf(mark).length === 0) return []
  return processesOf(mark)
}

/** Living processes with this mark. Where the system does not show environments, none. */
function processesOf(mark) {
  let pids = []
  try {
    pids = readdirSync('/proc').filter(name => /^\d+$/.test(name) && Number(name) !== process.pid)
  } catch {
    return []
  }
  return pids.flatMap(pid => {
    try {
      // A zombie's environment reads as empty.
      if (!readFileSync(`/proc/${pid}/environ`).includes(`${markName}=${mark}`)) return []
      const words = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0')
      return [{ pid: Number(pid), name: words.join(' ').trim().slice(0, 120) }]
    } catch {
      return []
    }
  })
}

function endAll(processes) {
  for (const { pid } of processes)
    try {
      process.kill(pid, 'SIGKILL')
    } catch {
      // It has ended meanwhile.
    }
}

/**
 * Passed and failed tests of a stage. A stage without a report counts as one test. Whatever failed beside the tests themselves
 * (a file that could not be loaded, a process left behind, a limit passed) counts as one failure, so that it is never hidden.
 */
export function countsOf(kind, file, { code, problems }) {
  const isGood = code === 0 && problems.length === 0
  const counts = (kind && readReport(kind, file)) ?? {
    passed: isGood ? 1 : 0,
    failed: 0,
    skipped: [],
  }
  if (!isGood && (counts.failed === 0 || problems.length > 0)) counts.failed += 1
  return counts
}

function readReport(kind, file) {
  try {
    const report = JSON.parse(readFileSync(file, 'utf8'))
    return kind === 'vitest' ? fromVitest(report) : fromPlaywright(report)
  } catch {
    return undefined
  }
}

function fromVitest({ numPassedTests, numFailedTests, testResults }) {
  const skipped = testResults
    .flatMap(({ assertionResults }) => assertionResults)
    .filter(({ status }) => status === 'skipped' || status === 'pending')
    .map(({ fullName }) => fullName)
  return { passed: numPassedTests, failed: numFailedTests, skipped }
}

/** A test that needed a second try has not passed. */
function fromPlaywright({ stats, suites }) {
  return {
    passed: stats.expected,
    failed: stats.unexpected + stats.flaky,
    skipped: stats.skipped === 0 ? [] : suites.flatMap(skippedIn),
  }
}

function skippedIn({ specs = [], suites = [] }) {
  const here = specs
    .filter(({ tests }) => tests.some(({ status }) => status === 'skipped'))
    .map(({ title }) => title)
  return [...here, ...suites.flatMap(skippedIn)]
}
