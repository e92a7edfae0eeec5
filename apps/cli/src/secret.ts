import { readText } from './lines.ts'

/** The first line of a file; `-` is standard input. */
export const readSecret = async (path: string): Promise<string> =>
  (await readText(path)).split(/\r?\n/)[0]!

/** Asks without showing what is typed. `otherwise` says how to give it where there is nobody to ask. */
export async function askSecret(
  question: string,
  otherwise = 'use --password-stdin',
): Promise<string> {
  if (!process.stdin.isTTY)
    throw new Error(`there is no terminal to ask for the password at: ${otherwise}`)
  // Before the question stands there: whoever types fast would see what they type.
  process.stdin.setRawMode(true)
  process.stderr.write(question)
  try {
    return await readSecretLine()
  } finally {
    process.stdin.setRawMode(false)
    process.stdin.pause()
    process.stderr.write('\n')
  }
}

function readSecretLine(): Promise<string> {
  return new Promise((resolve, reject) => {
    let typed = ''
    const take = (chunk: string): void => {
      for (const letter of chunk) {
        if (letter === '\r' || letter === '\n') return finish(() => resolve(typed))
        if (letter === '\u0003' || letter === '\u0004')
          return finish(() => reject(new Error('cancelled')))
        typed = letter === '\u007f' || letter === '\b' ? typed.slice(0, -1) : typed + letter
      }
    }
    const finish = (settle: () => void): void => {
      process.stdin.removeListener('data', take)
      settle()
    }
    process.stdin.setEncoding('utf8').on('data', take).resume()
  })
}
