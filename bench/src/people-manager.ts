import { createServer } from '@capstan/manager/server'
import type { Admitted } from '@capstan/manager/rate-limit/admission'
import { listen } from '@capstan/runtime/http'
import { openApp } from '@capstan/testkit/manager'

/** A manager without a rate limit, or with it: `node people-manager.ts URL on|off`. Prints its address, and stays until it is killed. */
const [databaseUrl = '', limit = 'on'] = process.argv.slice(2)
const { app } = await openApp(databaseUrl)
const everybody = async (): Promise<Admitted> => ({
  isAdmitted: true,
  most: 0,
  remaining: 0,
  resetS: 0,
})
const http = createServer(limit === 'on' ? app : { ...app, admission: everybody }, {
  consoleFolder: undefined,
  signal: new AbortController().signal,
})
const { url } = await listen({ fetch: http.fetch, host: '127.0.0.1', port: 0 })
console.log(url)
