import { expect, test } from 'vitest'
import { choosePorts } from './ports.ts'

const freeExcept =
  (...held: number[]) =>
  (port: number): Promise<boolean> =>
    Promise.resolve(!held.includes(port))

const before = { console: 8080, proxy: 8090, storage: 8091, relay: 8092 }

test('the other programs take the next free ports after the console', async () => {
  const ports = await choosePorts(8080, { remembered: undefined, isFree: freeExcept(8082) })
  expect(ports).toEqual({ console: 8080, proxy: 8081, storage: 8083, relay: 8084 })
})

test('a port of the console that somebody else holds is named', async () => {
  const chosen = choosePorts(8080, { remembered: before, isFree: freeExcept(8080) })
  await expect(chosen).rejects.toThrow('port 8080 is held by another program')
})

test('addresses stay the same after a restart', async () => {
  const ports = await choosePorts(8080, { remembered: before, isFree: freeExcept() })
  expect(ports).toEqual(before)
})

test('a remembered port that is held by now is replaced, and no port is given out twice', async () => {
  const ports = await choosePorts(8080, { remembered: before, isFree: freeExcept(8090, 8081) })
  expect(ports).toEqual({ ...before, proxy: 8082 })
})

test('a console that has moved takes the others along', async () => {
  const ports = await choosePorts(9000, { remembered: before, isFree: freeExcept() })
  expect(ports).toEqual({ console: 9000, proxy: 9001, storage: 9002, relay: 9003 })
})
