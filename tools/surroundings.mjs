// What this machine has of the things that tests need.
import { spawnSync } from 'node:child_process'
import { accessSync, constants, existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'

export const isDebianRoot = () =>
  process.getuid?.() === 0 && existsSync('/etc/debian_version') && findProgram('apt-get')

export const findChromium = () =>
  ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable']
    .map(findProgram)
    .find(path => path !== undefined)

/** Reasons, by what is missing, in words that tell a reader what was not tested. */
export function whatIsMissing() {
  return {
    ...(!answersEngine() && {
      engine: 'container engine: none answers, so no engine and no system tests were run',
    }),
    ...(!findChromium() && {
      chromium: 'browser: there is no Chromium, so no browser tests were run',
    }),
    ...(!findProgram('bwrap') && {
      bubblewrap: 'sandboxed local sessions: there is no bubblewrap, so only `unshare` was tried',
    }),
    ...(!findProgram('mmdebstrap') && {
      mmdebstrap: 'building the base image: there is no mmdebstrap',
    }),
    ...(!existsSync('/dev/nvidia0') && {
      gpu: 'real GPUs: there is none here, only declared (mock) ones were used',
    }),
  }
}

/** Asks the engine as its clients do: DOCKER_HOST counts. */
function answersEngine() {
  const { status } = spawnSync('docker', ['version', '--format', '{{.Server.Version}}'], {
    stdio: 'ignore',
    timeout: 20_000,
  })
  return status === 0
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
