import type { ManyUserChanges } from '@capstan/contract/job-request'
import { userPolicyApi } from '@capstan/contract/policy'
import { projectApi } from '@capstan/contract/project'
import { userRoles } from '@capstan/contract/role'
import type { User } from '@capstan/contract/user'
import { Checkbox, MultiSelect, NativeSelect } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import type * as z from 'zod'
import { useAccount } from '../api/account.ts'
import { query } from '../api/call.ts'
import { ManyDialog } from '../job/ManyDialog.tsx'
import type { ManyChange, ManyTarget } from '../job/useManyChange.ts'
import { usePageWords } from '../words/page-words.ts'
import type { ManyUserAction } from './user.actions.ts'

interface Values {
  readonly policy: string
  readonly role: User['role'] | ''
  readonly projectIds: string[]
  readonly deactivateKeypairs: boolean
  readonly endSessions: boolean
}

const blank: Values = {
  policy: '',
  role: '',
  projectIds: [],
  deactivateKeypairs: false,
  endSessions: false,
}

/** The change that an action stands for; none while a choice is missing. */
function changesOf(
  action: ManyUserAction,
  values: Values,
): z.input<typeof ManyUserChanges> | undefined {
  const { policy, role, projectIds, deactivateKeypairs, endSessions } = values
  switch (action) {
    case 'activate':
      return { status: 'active' }
    case 'deactivate':
      return { status: 'inactive', deactivateKeypairs, endSessions }
    case 'setPolicy':
      return policy === '' ? undefined : { policy }
    case 'setRole':
      return role === '' ? undefined : { role }
    case 'join':
      return projectIds.length === 0 ? undefined : { addToProjects: projectIds }
    case 'leave':
      return projectIds.length === 0 ? undefined : { removeFromProjects: projectIds }
    default:
      return { isPasswordChangeRequired: true }
  }
}

/** One change of many users: its fields, whom it would hit, and the way to start it. */
export function ManyUserDialog({
  action,
  target,
  change,
}: {
  action: ManyUserAction
  target: ManyTarget
  change: ManyChange<ManyUserAction>
}) {
  const { w } = usePageWords()
  const [values, setValues] = useState(blank)
  const changes = changesOf(action, values)
  return (
    <ManyDialog
      title={w.many[action]}
      request={changes && { kind: 'user.update', target, changes }}
      isDanger={action === 'deactivate'}
      onClose={change.close}
      onStarted={change.finish}
    >
      <Fields action={action} values={values} onChange={setValues} />
    </ManyDialog>
  )
}

function Fields({
  action,
  values,
  onChange,
}: {
  action: ManyUserAction
  values: Values
  onChange: (values: Values) => void
}) {
  const { w } = usePageWords()
  const account = useAccount()
  const policies = useQuery({
    ...query(userPolicyApi.list, { limit: 200 }),
    enabled: action === 'setPolicy',
  })
  const projects = useQuery({
    ...query(projectApi.list, { type: ['general'], isActive: true, limit: 200 }),
    enabled: action === 'join' || action === 'leave',
  })
  const none = { value: '', label: '–' }
  if (action === 'setPolicy')
    return (
      <NativeSelect
        label={w.user.column.policy}
        value={values.policy}
        data={[
          none,
          ...(policies.data?.items.map(({ name }) => ({ value: name, label: name })) ?? []),
        ]}
        onChange={event => {
          onChange({ ...values, policy: event.currentTarget.value })
        }}
      />
    )
  if (action === 'setRole') {
    const roles = userRoles.filter(role => role !== 'superadmin' || account.role === 'superadmin')
    return (
      <NativeSelect
        label={w.user.column.role}
        value={values.role}
        data={[none, ...roles.map(value => ({ value, label: w.user.role[value] }))]}
        onChange={event => {
          // The choices are these.
          onChange({ ...values, role: event.currentTarget.value as Values['role'] })
        }}
      />
    )
  }
  if (action === 'join' || action === 'leave')
    return (
      <MultiSelect
        label={w.user.projects}
        searchable
        value={values.projectIds}
        data={projects.data?.items.map(({ id, name }) => ({ value: id, label: name })) ?? []}
        onChange={projectIds => {
          onChange({ ...values, projectIds })
        }}
      />
    )
  if (action !== 'deactivate') return null
  return (
    <>
      <Checkbox
        label={w.user.deactivateKeypairs}
        checked={values.deactivateKeypairs}
        onChange={event => {
          onChange({ ...values, deactivateKeypairs: event.currentTarget.checked })
        }}
      />
      <Checkbox
        label={w.many.endSessions}
        checked={values.endSessions}
        onChange={event => {
          onChange({ ...values, endSessions: event.currentTarget.checked })
        }}
      />
    </>
  )
}
