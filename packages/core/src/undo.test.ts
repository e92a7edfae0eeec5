import { expect, test } from 'vitest'
import { inverseOf, undoOf, whyNotRetry, whyNotUndo } from './undo.ts'

const id = '01900000-0000-7000-8000-000000000001'
const user = { operation: 'user.update', target: 'ada@example.test', targetId: id }

test('PLS-05 the opposite of a change asks for what was before, and for nothing else', () => {
  expect(
    inverseOf({
      ...user,
      before: { description: '', modifiedAt: '1', projects: [{ id, name: 'x', type: 'general' }] },
      after: { description: 'new', modifiedAt: '2', projects: [] },
    }),
  ).toEqual({
    operation: 'user.update',
    input: { id, description: '', projectIds: [id] },
    expects: { description: 'new', projects: [] },
  })
})

test('PLS-05 what would come back only in part is not undone', () => {
  const status = { status: 'active' }
  for (const [before, after] of [
    [{ password: '' }, { password: 'changed' }],
    [status, { status: 'inactive', deactivateKeypairs: true }],
    [{ isTotpEnabled: true }, { isTotpEnabled: false }],
    [{ modifiedAt: '1' }, { modifiedAt: '2' }],
  ])
    expect(inverseOf({ ...user, before: before!, after: after! })).toBeUndefined()
})

test('PLS-05 a policy that was created is deleted; one that was followed is not made again', () => {
  const policy = { target: 'lab', targetId: null }
  const made = { name: 'lab', maxFolderCount: 3, followerCount: 0 }
  expect(
    inverseOf({ ...policy, operation: 'userPolicy.create', before: null, after: made }),
  ).toEqual({
    operation: 'userPolicy.remove',
    input: { name: 'lab' },
    expects: { maxFolderCount: 3 },
  })
  const removed = { ...policy, operation: 'projectPolicy.remove', after: null }
  const before = { maxFolderCount: 3, maxFolderBytes: null, maxNetworkCount: 0 }
  expect(inverseOf({ ...removed, before: { ...before, followerCount: 0 } })).toEqual({
    operation: 'projectPolicy.create',
    input: { name: 'lab', ...before },
    expects: {},
  })
  expect(inverseOf({ ...removed, before: { ...before, followerCount: 2 } })).toBeUndefined()
})

test('PLS-05 priorities that were changed together are each put back, where all are still as they were left', () => {
  const named = (priority: number) => ({ priorities: [{ id, name: 'a', priority }] })
  const done = { operation: 'session.changePriorities', target: 'a', targetId: null }
  expect(inverseOf({ ...done, before: named(10), after: named(60) })).toEqual({
    operation: 'session.changePriorities',
    input: { items: [{ id, priority: 10 }] },
    expects: named(60),
  })
  expect(inverseOf({ ...done, before: null, after: named(60) })).toBeUndefined()
})

test('PLS-05 members who were added are removed, and the other way round', () => {
  expect(
    inverseOf({
      operation: 'project.changeMembers',
      target: 'default/x',
      targetId: id,
      before: null,
      after: { add: ['a@b.test'], remove: ['c@d.test'] },
    }),
  ).toEqual({
    operation: 'project.changeMembers',
    input: { id, add: ['c@d.test'], remove: ['a@b.test'] },
    expects: {},
  })
})

test('PLS-05 nobody undoes what failed, what was undone, or what others did to their own account', () => {
  const done = {
    operation: 'account.update',
    target: 'ada@example.test',
    targetId: null,
    before: { name: 'ada' },
    after: { name: 'ada2' },
    error: null,
    undoneBy: null,
    actorId: id,
  }
  expect(undoOf(done, id)).toEqual({
    operation: 'account.update',
    input: { name: 'ada' },
    expects: { name: 'ada2' },
  })
  expect(undoOf(done, 'somebody else')).toBeUndefined()
  expect(whyNotUndo(done, 'somebody else')).toBe('theirs')
  expect(whyNotUndo({ ...done, undoneBy: id }, id)).toBe('undone')
  expect(whyNotUndo({ ...done, after: null }, id)).toBe('irreversible')
  const error = { code: 'x', detail: null, issues: [] }
  expect(whyNotUndo({ ...done, error }, id)).toBe('failed')

  const failed = { ...done, error, isRetryable: true }
  expect(whyNotRetry(failed, id)).toBeNull()
  expect(whyNotRetry(failed, 'somebody else')).toBe('theirs')
  for (const operation of ['session.create', 'service.create'])
    expect(whyNotRetry({ ...failed, operation }, 'somebody else')).toBe('theirs')
  expect(whyNotRetry({ ...failed, isRetryable: false }, id)).toBe('notKept')
  expect(whyNotRetry({ ...failed, error: null }, id)).toBe('done')
})
