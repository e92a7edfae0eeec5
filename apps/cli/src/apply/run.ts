import { dirname, resolve } from 'node:path'
import { accountApi } from '@capstan/contract/account'
import { AppError } from '@capstan/contract/errors'
import { emailKey } from '@capstan/contract/declaration'
import { Password } from '@capstan/contract/person'
import { type Plan, planDeclaration } from '@capstan/core/declaration'
import { pruneKinds } from '@capstan/core/declaration/change'
import { openApi, patient } from '../api.ts'
import { confirm } from '../confirm.ts'
import { kebab } from '../field.ts'
import { readText } from '../lines.ts'
import { describeFailure, print, say } from '../output.ts'
import { openProgress } from '../progress.ts'
import { readSecret } from '../secret.ts'
import { carryOut, type Outcome } from './carry-out.ts'
import { type DeclarationFile, parseDeclaration } from './file.ts'
import { describePlan, nameOf } from './show.ts'
import { readWorld } from './world.ts'

export interface ApplyOptions {
  readonly file: string
  readonly dryRun?: boolean
  readonly prune?: readonly string[]
  readonly yes?: boolean
  readonly json?: boolean
}

/** `apply`: shows what would change, asks, and changes it. */
export async function apply(options: ApplyOptions): Promise<void> {
  const { dryRun = false, yes = false, json = false } = options
  const name = options.file === '-' ? 'standard input' : options.file
  const file = parseDeclaration(await readText(options.file), name)
  const stop = stopOnInterrupt()
  const call = patient(openApi().call, stop.signal)
  const own = await call(accountApi.show, {})
  const prune = pruneKinds.filter(kind => options.prune?.includes(kebab(kind)))
  const progress = openProgress()
  progress.tell('Reading what there is …')
  const world = await readWorld(call, file.declaration, { domainName: own.domainName, prune })
  progress.end()
  const plan = planDeclaration(file.declaration, world, { own, prune })
  if (plan.problems.length > 0)
    throw new Error(
      plan.problems.map(({ path, message }) => file.complaint(path, message)).join('\n'),
    )
  const passwords = await readPasswords(plan, file, options.file)
  const count = plan.stages.flat().length
  if (count === 0) {
    say('Nothing to do: everything is as it was declared.')
    if (json) print(toJson(plan))
    return
  }
  if (!json) print(describePlan(plan))
  if (dryRun) {
    if (json) print(toJson(plan))
    return
  }
  if (json && !yes) say(describePlan(plan))
  await confirm('Make these changes?', yes)

  const made = new Map<string, string>()
  const outcome = await carryOut(call, plan.stages, {
    world,
    passwords,
    signal: stop.signal,
    onPassword: (email, password) => {
      made.set(email, password)
      // At once: it is known nowhere else, whatever happens next.
      if (!json) print(`${email}: one-time password ${password}`)
    },
    onDone: done => progress.tell(`${done} of ${count} changes`),
  })
  progress.end()
  if (json) print(toJson(plan, outcome, made))
  tellOutcome(outcome, count, stop.signal.aborted)
}

/** What the first Ctrl-C asks for. The second one ends the program as ever. */
function stopOnInterrupt(): AbortController {
  const stop = new AbortController()
  process.once('SIGINT', () => {
    say('\nStopping once what is under way has ended …')
    stop.abort()
  })
  return stop
}

function tellOutcome({ done, failures }: Outcome, count: number, isStopped: boolean): void {
  for (const { change, error } of failures)
    say(`capstan: ${nameOf(change)}: ${describeFailure(error)}`)
  if (done.length === count) return say(`${count} ${count === 1 ? 'change' : 'changes'} made.`)
  const why = isStopped ? 'Stopped: ' : ''
  say(`${why}${done.length} of ${count} changes made; run it again to make the others.`)
  process.exitCode = 1
}

/** Passwords of new users that stand in files, read before anything is changed. Paths are seen from the declaration's folder. */
async function readPasswords(
  { stages }: Plan,
  { declaration, complaint }: DeclarationFile,
  path: string,
): Promise<Map<string, string>> {
  const isNew = new Set(
    stages
      .flat()
      .flatMap(({ kind, action, key }) =>
        kind === 'user' && action === 'create' ? [emailKey(key)] : [],
      ),
  )
  const folder = path === '-' ? '.' : dirname(path)
  const passwords = new Map<string, string>()
  const faults: string[] = []
  for (const [at, { email, passwordFile }] of (declaration.users ?? []).entries()) {
    if (passwordFile === undefined || !isNew.has(emailKey(email))) continue
    const place = ['users', at, 'passwordFile']
    const password = await readSecret(resolve(folder, passwordFile)).catch((error: unknown) => {
      faults.push(complaint(place, describeFailure(error)))
      return undefined
    })
    if (password === undefined) continue
    const issues = Password.safeParse(password).error?.issues ?? []
    faults.push(...issues.map(({ message }) => complaint(place, `the password: ${message}`)))
    passwords.set(emailKey(email), password)
  }
  if (faults.length > 0) throw new Error(faults.join('\n'))
  return passwords
}

/** The plan with what came of it. */
function toJson(
  { stages }: Plan,
  { done, failures }: Outcome = { done: [], failures: [] },
  passwords: ReadonlyMap<string, string> = new Map(),
): string {
  const failed = failures.map(({ change: { kind, key }, error }) => ({
    kind,
    key,
    code: error instanceof AppError ? error.code : 'failed',
    message: error instanceof Error ? error.message : String(error),
    issues: error instanceof AppError ? error.issues : [],
  }))
  const changes = stages.flat().map(change => ({ ...change, isDone: done.includes(change) }))
  return JSON.stringify({ changes, failed, passwords: Object.fromEntries(passwords) })
}
