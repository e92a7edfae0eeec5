// What this machine has of the things that tests need.
import { accessSync, constants, existsSync, readFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'

export const findChromium = () =>
  ['chromium-headless-shell', 'chromium', 'chromium-browser', 'google-chrome-stable']
    .map(findProgram)
    .find(path => path !== undefined)

/** What is missing, each in words that tell a reader what was not tested for want of it. */
export function whatIsMissing({ packages, engine }) {
  return {
    ...(!engine.isGood && {
      engine: `container engine (${engine.line || 'it would not start'}): no engine and no system tests were run`,
    }),
    ...(!findChromium() && {
      chromium: 'browser: there is no Chromium, no browser tests were run',
    }),
    ...(!packages.isGood && { packages: `packages: ${packages.line || 'apt-get failed'}` }),
    ...(!existsSync('/dev/nvidia0') && {
      gpu: 'real GPUs: there is none here, only declared (mock) ones were used',
    }),
  }
}

/** Stops the engine, if it is one that our script has started (`started PIDFILE`). */
export function stopEngine({ line }) {
  const pidFile = /^started (.+)$/.exec(line)?.[1]
  if (pidFile === undefined) return
  try {
    process.kill(Number(readFileSync(pidFile, 'utf8')), 'SIGTERM')
  } catch {
    // It has ended by itself.
  }
}

function findProgram(name) {
  return (process.env.PATH ?? '')
    .split(delimiter)
    .map(folder => join(folder, name))
    .find(isExecutable)
}

function isExecutable(path) {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}
