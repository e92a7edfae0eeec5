import { createInterface } from 'node:readline/promises'

/** Asks before something is done that one may not want. Throws unless the answer, or `yes`, is that one does. */
export async function confirm(question: string, yes = false): Promise<void> {
  if (yes) return
  if (!process.stdin.isTTY)
    throw new Error(`nothing was changed: there is no terminal to ask "${question}" at; add --yes`)
  const prompt = createInterface({ input: process.stdin, output: process.stderr })
  const answer = await prompt.question(`${question} [y/N] `)
  prompt.close()
  if (!/^y(es)?$/i.test(answer.trim())) throw new Error('nothing was changed')
}
