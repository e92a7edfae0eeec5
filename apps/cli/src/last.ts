import { type Command, InvalidArgumentError } from 'commander'

interface Argument {
  readonly name: string
  readonly about: string
}

/**
 * Arguments of which there may be many, and one that comes after them: `NAME... NUMBER`, which commander does not know. The
 * command ends where one of them is missing, or the last is not what `read` takes.
 */
export function addManyAndLast<T>(
  command: Command,
  many: Argument,
  last: Argument & { readonly read: (text: string) => T },
): (words: readonly string[]) => readonly [string[], T] {
  command
    .argument('<words...>', `${many.about}; last, ${last.about}`)
    .usage(`[options] <${many.name}...> <${last.name}>`)
  return words => {
    if (words.length < 2) command.error(`error: missing required argument '${last.name}'`)
    return [words.slice(0, -1), readLast(command, words.at(-1)!, last)]
  }
}

function readLast<T>(
  command: Command,
  text: string,
  { name, read }: { readonly name: string; readonly read: (text: string) => T },
): T {
  try {
    return read(text)
  } catch (error) {
    if (!(error instanceof InvalidArgumentError)) throw error
    return command.error(
      `error: command-argument value '${text}' is invalid for argument '${name}'. ${error.message}`,
    )
  }
}
