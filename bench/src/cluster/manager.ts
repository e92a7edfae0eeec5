import { runManager } from '@capstan/manager/main'
import { createLog } from '@capstan/runtime/log'
import { stopSignal } from '@capstan/runtime/shutdown'

/** A whole manager, as `capstan manager` runs it: `node manager.ts URL TOKEN EMAIL PASSWORD`. Prints its address. */
const [databaseUrl = '', localJoinToken, adminEmail, adminPassword] = process.argv.slice(2)
const log = createLog('manager')
log.level = 'error'
await runManager({
  databaseUrl,
  host: '127.0.0.1',
  port: 0,
  encryptionKey: 'bench',
  localJoinToken,
  adminEmail,
  adminPassword,
  signal: stopSignal(log),
  log,
  onListening: ({ url }) => console.log(url),
})
