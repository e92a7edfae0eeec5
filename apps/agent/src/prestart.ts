import { type Action, fill, type Variables } from './service-definition.ts'

/** Runs a command inside the container; answers its output, throws when it fails. */
export type Run = (command: readonly string[]) => Promise<string>

const textOf = (value: unknown): string =>
  typeof value === 'string' ? value : JSON.stringify(value ?? '')

/** Does what a service definition asks for before its command, in order. Answers the variables with what actions named by `ref` gave. */
export async function prepare(
  actions: readonly Action[],
  known: Variables,
  run: Run,
): Promise<Variables> {
  const variables = { ...known }
  for (const { action, args, ref } of actions) {
    const filled = (value: unknown): string => fill(textOf(value), variables)
    const given = await act(action, args, filled, run)
    if (ref !== undefined) variables[ref] = given
  }
  return variables
}

async function act(
  action: string,
  args: Readonly<Record<string, unknown>>,
  filled: (value: unknown) => string,
  run: Run,
): Promise<string> {
  switch (action) {
    case 'write_file':
      return writeFile(
        filled(args['filename']),
        bodyOf(args, filled),
        filled(args['mode'] ?? '644'),
        run,
      )
    case 'write_tempfile':
      return writeFile(
        `/tmp/app-${crypto.randomUUID()}`,
        bodyOf(args, filled),
        filled(args['mode'] ?? '644'),
        run,
      )
    case 'mkdir':
      await run(['mkdir', '-p', filled(args['path'])])
      return filled(args['path'])
    case 'run_command':
      return (await run(listOf(args['command']).map(filled))).trim()
    case 'log':
      return ''
    default:
      throw new Error(`The service definition asks for ${action}, which is not known`)
  }
}

const listOf = (value: unknown): unknown[] =>
  Array.isArray(value) ? value : ['/bin/sh', '-c', textOf(value)]

const bodyOf = (
  args: Readonly<Record<string, unknown>>,
  filled: (value: unknown) => string,
): string =>
  Array.isArray(args['lines']) ? `${args['lines'].map(filled).join('\n')}\n` : filled(args['body'])

/** As arguments of a shell that holds the script: nothing in them is read as a command. */
async function writeFile(path: string, body: string, mode: string, run: Run): Promise<string> {
  const script = 'mkdir -p "$(dirname "$1")" && printf %s "$2" >"$1" && chmod "$3" "$1"'
  await run(['/bin/sh', '-c', script, 'sh', path, body, mode])
  return path
}
