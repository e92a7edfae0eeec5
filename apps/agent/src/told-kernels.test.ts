import { beforeEach, expect, test } from 'vitest'
import { ToldKernels } from './told-kernels.ts'

interface Seen {
  readonly kernelId: string
  readonly status: string
}

const seen = (kernelId: string, status = 'running'): Seen => ({ kernelId, status })

let told: ToldKernels<Seen>
beforeEach(() => {
  told = new ToldKernels()
})

test('an observation is told until a report with it is answered, and then not again', () => {
  const [a, b] = [seen('a'), seen('b')]
  expect(told.next([a], 0).kernels).toEqual([a])
  const second = told.next([a, b], 1)
  expect(second.kernels).toEqual([a, b])
  told.answered(second)
  expect(told.next([a, b], 2).kernels).toEqual([])
  const ended = seen('a', 'terminated')
  expect(told.next([ended, b], 3).kernels).toEqual([ended])
})

test('what changed after a report went out is told, though that one is answered', () => {
  const first = told.next([seen('a', 'pulling')], 0)
  const running = seen('a')
  told.answered(first)
  expect(told.next([running], 1).kernels).toEqual([running])
})

test('after an older report is answered last, all is told: which the manager took last is not known', () => {
  const a = seen('a')
  const older = told.next([a], 0)
  const newer = told.next([a], 1)
  told.answered(newer)
  expect(told.next([a], 2).kernels).toEqual([])
  told.answered(older)
  const again = told.next([a], 3)
  expect(again.kernels).toEqual([a])
  told.answered(again)
  expect(told.next([a], 4).kernels).toEqual([])
})

test('all is told now and then, after doubt, and to a manager that knows nothing', () => {
  const a = seen('a')
  told.answered(told.next([a], 0))
  expect(told.next([a], 299_999).kernels).toEqual([])
  const all = told.next([a], 300_000)
  expect(all.kernels).toEqual([a])
  told.answered(all)
  told.doubt()
  const before = told.next([a], 300_001)
  expect(before.kernels).toEqual([a])
  told.forget()
  told.answered(before)
  expect(told.next([a], 300_002).kernels).toEqual([a])
})

test('a kernel that is gone is forgotten', () => {
  const [a, b] = [seen('a'), seen('b')]
  told.answered(told.next([a, b], 0))
  told.next([b], 1)
  expect(told.next([a, b], 2).kernels).toEqual([a])
})

test('what two reports on their way say otherwise is told until one with it goes out alone: the managers may take them in any order', () => {
  const [starting, ready, b] = [seen('a', 'starting'), seen('a', 'ready'), seen('b')]
  const first = told.next([starting], 0)
  const second = told.next([ready, b], 1)
  told.answered(first)
  told.answered(second)
  const third = told.next([ready, b], 2)
  expect(third.kernels).toEqual([ready])
  told.answered(third)
  expect(told.next([ready, b], 3).kernels).toEqual([])
})

test('a report that was given up may be taken for a minute more', () => {
  const [starting, ready] = [seen('a', 'starting'), seen('a', 'ready')]
  told.next([starting], 0)
  told.answered(told.next([ready], 1))
  const inTime = told.next([ready], 59_999)
  expect(inTime.kernels).toEqual([ready])
  told.answered(inTime)
  const late = told.next([ready], 60_000)
  expect(late.kernels).toEqual([ready])
  told.answered(late)
  expect(told.next([ready], 60_001).kernels).toEqual([])
})
