import { userPolicyApi } from '@capstan/contract/policy'
import { projectApi } from '@capstan/contract/project'
import { userRoles } from '@capstan/contract/role'
import type { User } from '@capstan/contract/user'
import { Fieldset, MultiSelect, NativeSelect, Stack, Switch, Text } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useAccount } from '../api/account.ts'
import { query } from '../api/call.ts'
import { usePageWords } from '../words/page-words.ts'
import type { ManyUsersValues } from './many-users.ts'

/** What all of many new users are, but where their rows say otherwise. */
export function ManyUsersDefaults({
  values,
  onChange,
  hasRows,
}: {
  values: ManyUsersValues
  onChange: (patch: Partial<ManyUsersValues>) => void
  hasRows: boolean
}) {
  const { w } = usePageWords()
  const account = useAccount()
  const policies = useQuery(query(userPolicyApi.list, { limit: 200 }))
  const projects = useQuery(
    query(projectApi.list, { type: ['general'], isActive: true, limit: 200 }),
  )
  const roles = userRoles.filter(role => role !== 'superadmin' || account.role === 'superadmin')
  const names = new Set(
    projects.data?.items
      .filter(({ domainName }) => domainName === account.domainName)
      .map(({ name }) => name),
  )
  return (
    <Fieldset legend={w.many.forAll}>
      <Stack gap="sm">
        {hasRows && <Text size="sm">{w.many.forAllHelp}</Text>}
        <NativeSelect
          label={w.user.column.role}
          value={values.role}
          data={roles.map(value => ({ value, label: w.user.role[value] }))}
          onChange={event => {
            // The choices are these.
            onChange({ role: event.currentTarget.value as User['role'] })
          }}
        />
        <NativeSelect
          label={w.user.column.policy}
          value={values.policy}
          data={policies.data?.items.map(({ name }) => name) ?? [values.policy]}
          onChange={event => {
            onChange({ policy: event.currentTarget.value })
          }}
        />
        <MultiSelect
          label={w.user.projects}
          description={w.user.projectsHelp}
          searchable
          value={values.projects}
          data={[...names]}
          onChange={chosen => {
            onChange({ projects: chosen })
          }}
        />
        <Switch
          label={w.user.changeRequired}
          checked={values.isPasswordChangeRequired}
          onChange={event => {
            onChange({ isPasswordChangeRequired: event.currentTarget.checked })
          }}
        />
      </Stack>
    </Fieldset>
  )
}
