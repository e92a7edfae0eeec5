import { randomInt } from 'node:crypto'
import { type Command, Option } from 'commander'
import { askSecret, readSecret } from '../secret.ts'

export interface PasswordOptions {
  readonly passwordFile?: string
  readonly generatePassword?: boolean
}

/** What a person is given to sign in with, and whether it is for once. */
export interface ChosenPassword {
  readonly password: string
  readonly isGenerated: boolean
}

/** How a password is given: never as an argument, which others on the machine could read. */
export const addPasswordOptions = (command: Command): Command =>
  command
    .option(
      '--password-file <path>',
      'the password is the first line of this file; -: of the input',
    )
    .addOption(
      new Option(
        '--generate-password',
        'make one for once, which is printed, and has to be changed',
      ).conflicts('passwordFile'),
    )

/** The password as the options say, else asked for twice. */
export async function choosePassword({
  passwordFile,
  generatePassword = false,
}: PasswordOptions): Promise<ChosenPassword> {
  if (generatePassword) return { password: oneTimePassword(), isGenerated: true }
  if (passwordFile !== undefined)
    return { password: await readSecret(passwordFile), isGenerated: false }
  const otherwise = 'use --password-file or --generate-password'
  const password = await askSecret('Password: ', otherwise)
  if ((await askSecret('Again: ', otherwise)) !== password)
    throw new Error('these were not the same; nothing was changed')
  return { password, isGenerated: false }
}

/** Letters and digits that are not taken for one another. */
const letters = 'abcdefghjkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ'
const digits = '23456789'

/** A password for once, with 78 bits of chance: four groups of three letters and a digit. */
export const oneTimePassword = (): string =>
  Array.from({ length: 4 }, () => [letters, letters, letters, digits].map(pick).join('')).join('-')

const pick = (choices: string): string => choices[randomInt(choices.length)]!
