import { createLog } from '@capstan/runtime/log'
import { expect, test } from 'vitest'
import { createWake, type Wake } from './wake.ts'

/** Managers that hear all that one of them announces, themselves included, as from one database. */
function managers(count: number): { wakes: Wake[]; announced: () => Promise<void> } {
  const announcements: Promise<void>[] = []
  const query = (_: string, [, payloads]: unknown[]): Promise<void> => {
    const heard = Promise.resolve().then(() => {
      for (const payload of payloads as string[]) for (const wake of wakes) wake.receive(payload)
    })
    announcements.push(heard)
    return heard
  }
  const wakes = Array.from({ length: count }, () => createWake({ query }, createLog('test')))
  return { wakes, announced: async () => void (await Promise.all(announcements)) }
}

test('whoever is woken is woken once, in the manager that says so and in each other one', async () => {
  const { wakes, announced } = managers(2)
  const woken = [0, 0]
  for (const [index, wake] of wakes.entries()) wake.on('scheduler', () => woken[index]!++)
  wakes[0]!(['scheduler', 'agent:node-1', 'scheduler'])
  await announced()
  expect(woken).toEqual([1, 1])
})

test('more names than one announcement holds are told in several, each once', async () => {
  const { wakes, announced } = managers(2)
  const heard: string[] = []
  const names = Array.from({ length: 1000 }, (_, index) => `agent:node-${index}` as const)
  for (const name of names) wakes[1]!.on(name, () => heard.push(name))
  wakes[0]!(names)
  await announced()
  expect(heard.sort()).toEqual([...names].sort())
})
