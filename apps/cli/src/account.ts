import { createInterface } from 'node:readline/promises'
import { text as readAll } from 'node:stream/consumers'
import { accountApi } from '@capstan/contract/account'
import { type Call, createClient } from '@capstan/contract/client'
import type { Command } from 'commander'
import { openApi, reach } from './api.ts'
import { print, properties, say } from './output.ts'
import { askSecret } from './secret.ts'
import { removeProfile, writeProfile } from './profile.ts'

interface LoginOptions {
  readonly email?: string
  readonly passwordStdin?: boolean
}

/** The commands that sign in and out. */
export function addAccount(root: Command): void {
  root
    .command('login')
    .description('sign in, and keep the keypair that later commands sign their requests with')
    .argument('[url]', 'address of the manager', 'http://127.0.0.1:8080')
    .option('--email <email>', 'asked for when not given')
    .option('--password-stdin', 'read the password from standard input')
    .action(login)
  root
    .command('logout')
    .description('forget the keypair that login has kept')
    .action(() => {
      removeProfile()
      say('Signed out.')
    })
  root
    .command('whoami')
    .description('show who is signed in')
    .option('--json', 'print the answer of the API')
    .action(whoami)
}

async function login(url: string, options: LoginOptions): Promise<void> {
  const endpoint = new URL(url.includes('://') ? url : `http://${url}`).origin
  const email = options.email ?? (await ask('E-mail: '))
  const password = options.passwordStdin
    ? (await readAll(process.stdin)).replace(/\r?\n$/, '')
    : await askSecret('Password: ')
  const call = clientWithCookie(endpoint)
  const account = await call(accountApi.signIn, { email, password })
  const keypair = await call(accountApi.mainKeypair, {})
  await call(accountApi.signOut, {})
  const path = writeProfile({ endpoint, ...keypair })
  say(`Signed in to ${endpoint} as ${account.email}; the keypair is kept in ${path}.`)
}

/** A client that keeps the session cookie, as a browser would, for these few calls. */
function clientWithCookie(endpoint: string): Call {
  let cookie = ''
  return createClient({
    baseUrl: endpoint,
    headers: (): Record<string, string> => (cookie === '' ? {} : { cookie }),
    fetch: async (target, init) => {
      const response = await reach(target, init)
      const set = response.headers.getSetCookie()[0]
      if (set !== undefined) cookie = set.split(';')[0]!
      return response
    },
  })
}

async function ask(question: string): Promise<string> {
  const prompt = createInterface({ input: process.stdin, output: process.stderr })
  const answer = await prompt.question(question)
  prompt.close()
  return answer.trim()
}

async function whoami({ json }: { json?: boolean }): Promise<void> {
  const api = openApi()
  const account = await api.call(accountApi.show, {})
  if (json) return print(api.lastAnswer())
  print(
    properties([
      ['E-mail', account.email],
      ['Name', account.fullName || account.name],
      ['Role', account.role],
      ['Domain', account.domainName],
      ['Projects', account.projects.map(({ name }) => name).join(', ')],
      ['Access key', account.mainAccessKey],
      ['Endpoint', api.profile.endpoint],
    ]),
  )
}
