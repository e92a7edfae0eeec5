import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { until } from '@capstan/testkit/system'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { WebSocket, WebSocketServer } from 'ws'
import type { AttachedCommand, Driver } from './driver.ts'
import { TerminalKeeper } from './terminal-keeper.ts'

/** A command whose output the test says, and that notes whether it was killed. */
class FakeCommand implements AttachedCommand {
  readonly #exit = Promise.withResolvers<number>()
  readonly exited = this.#exit.promise
  say: (text: string) => void = () => {}
  isKilled = false
  onOutput(listener: (channel: 1 | 2, data: Buffer) => void): void {
    this.say = text => listener(1, Buffer.from(text))
  }
  exit(code: number): void {
    this.#exit.resolve(code)
  }
  kill(): void {
    this.isKilled = true
  }
  write = (): boolean => true
  onDrain(): void {}
  endInput(): void {}
  resize(): void {}
  pause(): void {}
  resume(): void {}
}

let server: WebSocketServer
let commands: FakeCommand[]
/** Held back until it resolves, as by an engine that is busy. */
let hold: Promise<void>
beforeEach(async () => {
  commands = []
  hold = Promise.resolve()
  const keeper = new TerminalKeeper()
  const attach = async (): Promise<AttachedCommand> => {
    const command = new FakeCommand()
    commands.push(command)
    await hold
    return command
  }
  // The keeper attaches, and does nothing else with a driver.
  const driver = { attach } as Partial<Driver> as Driver
  server = new WebSocketServer({ port: 0, host: '127.0.0.1' })
  server.on('connection', (socket, request) => {
    const [, terminalId = '', tty] = (request.url ?? '').split('/')
    const asked = { terminalId, kernelId: 'k', driver, containerId: 'c', command: null }
    keeper.show(socket, { ...asked, tty: tty !== 'plain' }).catch(() => socket.close(1011))
  })
  await once(server, 'listening')
})
afterEach(() => {
  for (const client of server.clients) client.terminate()
  server.close()
})

interface Reader {
  readonly socket: WebSocket
  readonly heard: () => string
}

/** Opens a terminal, and gathers what is shown of it. */
function open(path: string): Reader {
  const socket = new WebSocket(`ws://127.0.0.1:${(server.address() as AddressInfo).port}/${path}`)
  let text = ''
  socket.on('message', (data: Buffer, isBinary) => {
    text += isBinary ? data.subarray(1).toString() : `<${String(data)}>`
  })
  return { socket, heard: () => text }
}

const patience = { patienceMs: 5000, everyMs: 10 }

test('SES-04 a terminal goes on while nobody looks, and shows what it said to whoever comes back', async () => {
  const first = open('a')
  await until('it is shown', () => first.heard().includes('"isResumed":false'), patience)
  commands[0]!.say('before ')
  await until('it is heard', () => first.heard().endsWith('before '), patience)
  first.socket.close()
  await once(first.socket, 'close')
  commands[0]!.say('meanwhile')
  const second = open('a')
  await until('all is shown', () => second.heard().endsWith('>before meanwhile'), patience)
  expect(second.heard()).toContain('"isResumed":true')
  commands[0]!.exit(3)
  expect((await once(second.socket, 'close'))[0]).toBe(1000)
  expect(second.heard()).toContain('"exitCode":3')
  expect(commands).toHaveLength(1)
})

test('SES-04 one terminal that is opened twice at once runs one command, shown to the later reader', async () => {
  const held = Promise.withResolvers<void>()
  hold = held.promise
  const [first, second] = [open('a'), open('a')]
  await Promise.all([once(first.socket, 'open'), once(second.socket, 'open')])
  await until('the engine is asked', () => commands.length > 0, patience)
  const left = once(first.socket, 'close')
  held.resolve()
  await left
  commands[0]!.say('hello')
  await until('the later one reads', () => second.heard().endsWith('hello'), patience)
  expect(commands).toHaveLength(1)
})

test('a command whose reader has gone before it began does not go on for ever', async () => {
  const held = Promise.withResolvers<void>()
  hold = held.promise
  const { socket } = open('a/plain')
  await once(socket, 'open')
  await until('the engine is asked', () => commands.length > 0, patience)
  socket.terminate()
  await until('the connection is gone', () => server.clients.size === 0, patience)
  held.resolve()
  await vi.waitFor(() => expect(commands[0]!.isKilled).toBe(true), 5000)
})

test('a terminal that could not be opened can be asked for again', async () => {
  const held = Promise.withResolvers<void>()
  hold = held.promise
  const first = open('a')
  await until('the engine is asked', () => commands.length > 0, patience)
  held.reject(new Error('the engine is away'))
  await once(first.socket, 'close')
  hold = Promise.resolve()
  const again = open('a')
  await until('it is shown', () => again.heard().includes('ready'), patience)
  expect(commands).toHaveLength(2)
})
