import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync } from 'node:fs'

/**
 * Writes down who it is (its line of /proc, see proc(5)), and goes on only if nobody has for the same sandbox: an agent that
 * was killed in between may have asked before.
 */
const claimScript = `read -r stat </proc/self/stat; set -C
{ echo "$stat" >"$dir/pid"; } 2>/dev/null || exit
set +C`

/** Channel 3 tells how it goes. */
const channels = `</dev/null >>"$dir/output.log" 2>&1 3>>"$status/\${dir##*/}"`

/** Each line of its input names a folder: a fork becomes the sandbox. `jobs` takes note of those that have ended. */
const launcherScript = `while IFS= read -r dir; do
( ${claimScript}; . "$dir/start" ) ${channels} &
jobs >/dev/null
done`

/** A shell for one sandbox, which tells how it ended. */
const aloneScript = `dir=$1; status=$2
{ ${claimScript}; ( . "$dir/start" ) 3>&-; printf '{ "exit-code": %s }' $? >&3; } ${channels}`

/** bash where there is one: other shells leave the signals of Ctrl-C ignored in what they start in the background. */
const shell = existsSync('/bin/bash') ? '/bin/bash' : '/bin/sh'

/**
 * Starts sandboxes by a small shell that stays, and forks: this process is large, and to fork it costs more than all the rest
 * of a start. What was started goes on when the launcher ends.
 */
export class Launcher {
  readonly #status: string
  #shell: ChildProcess | undefined

  /** `status`: the folder in which each tells how it goes, by the name of its own folder. */
  constructor(status: string) {
    this.#status = status
  }

  /** Resolves when it is on its way. */
  launch(folder: string): Promise<void> {
    this.#shell ??= this.#spawn()
    const { stdin } = this.#shell
    return new Promise((resolve, reject) => {
      stdin!.write(`${folder}\n`, error => (error ? reject(error) : resolve()))
    })
  }

  #spawn(): ChildProcess {
    // In a session of its own: Ctrl-C at the terminal must not end what it started.
    const child = spawn(shell, ['-c', launcherScript], {
      detached: true,
      stdio: ['pipe', 'ignore', 'ignore'],
      cwd: '/',
      env: { PATH: process.env['PATH'] ?? '/usr/bin:/bin', status: this.#status },
    })
    const forget = (): void => {
      if (this.#shell === child) this.#shell = undefined
    }
    child.once('exit', forget)
    child.once('error', forget)
    child.stdin.on('error', forget)
    child.unref()
    return child
  }

  close(): void {
    this.#shell?.stdin?.end()
  }
}

/** The same by a shell for this sandbox alone, which tells how it ended; with an environment and in a folder of its own. */
export function launchAlone(
  folder: string,
  status: string,
  { env, cwd }: { env: Readonly<Record<string, string>>; cwd: string },
): Promise<void> {
  const child = spawn('/bin/sh', ['-c', aloneScript, 'sh', folder, status], {
    detached: true,
    stdio: 'ignore',
    env,
    cwd,
  })
  child.unref()
  return new Promise((resolve, reject) => {
    child.once('spawn', resolve)
    child.once('error', reject)
  })
}
