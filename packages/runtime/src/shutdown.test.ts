import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { expect, test } from 'vitest'

const program = `
  import { createLog } from '${new URL('./log.ts', import.meta.url)}'
  import { stopSignal } from '${new URL('./shutdown.ts', import.meta.url)}'
  const log = createLog('test')
  const signal = stopSignal(log)
  const work = setInterval(() => {}, 1000)
  signal.addEventListener('abort', () => {
    clearInterval(work)
    process.exitCode = 7
    process.exit()
  })
  process.stdout.write('ready')
`

test('a program whose terminal is closed ends in good order, though nobody takes its words', async () => {
  const child = spawn(process.execPath, ['--input-type=module', '--eval', program], {
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  await once(child.stdout, 'data')
  child.stderr.destroy()
  child.kill('SIGHUP')
  expect(await once(child, 'exit')).toEqual([7, null])
})
