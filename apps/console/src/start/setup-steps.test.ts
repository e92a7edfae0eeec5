import { expect, test } from 'vitest'
import { progressOf } from './setup-steps.ts'

const fresh = {
  connectedAgents: 1,
  engineAgents: 1,
  buildAgents: 1,
  containerImages: 0,
  localImages: 1,
  hasProxy: true,
  mySessions: 0,
}

test('a new installation with an engine can start a session at once, and is offered an image', () => {
  expect(progressOf(fresh)).toMatchObject({ hasEnvironment: true, needsImage: true, isDone: false })
})

test('without an engine no image is asked for', () => {
  expect(progressOf({ ...fresh, engineAgents: 0 }).needsImage).toBe(false)
})

test('once all is there and a session has run, nothing is left to be told', () => {
  expect(progressOf({ ...fresh, containerImages: 1, mySessions: 1 }).isDone).toBe(true)
  expect(progressOf({ ...fresh, containerImages: 1, mySessions: 1, hasProxy: false }).isDone).toBe(
    false,
  )
})
