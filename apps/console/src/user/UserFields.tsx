import { domainApi } from '@capstan/contract/domain'
import { keypairPolicyApi, userPolicyApi } from '@capstan/contract/policy'
import { userRoles } from '@capstan/contract/role'
import { type UserDetails, userStatuses } from '@capstan/contract/user'
import {
  Fieldset,
  NativeSelect,
  PasswordInput,
  Stack,
  Switch,
  Textarea,
  TextInput,
} from '@mantine/core'
import type * as z from 'zod'
import { useAccount } from '../api/account.ts'
import { NameSelect } from '../ui/NameSelect.tsx'
import { Notice } from '../ui/Notice.tsx'
import type { useEndpointForm } from '../ui/useEndpointForm.ts'
import { usePageWords } from '../words/page-words.ts'
import { ChooseConsequences } from './Consequences.tsx'
import { ProjectsField } from './ProjectsField.tsx'
import { isDeactivated, type UserFormValues } from './user-input.ts'

type UserFormApi = ReturnType<typeof useEndpointForm<z.ZodType, z.ZodType, UserFormValues>>['form']

interface Props {
  readonly form: UserFormApi
  /** Who is edited; nobody, where somebody is created. */
  readonly user?: UserDetails
}

/** The fields of the form for a person (USR-03, USR-07, USR-08, USR-10). */
export function UserFields({ form, user }: Props) {
  const { w } = usePageWords()
  return (
    <Stack gap="md">
      <Fieldset legend={w.user.account}>
        <Identity form={form} isNew={user === undefined} />
      </Fieldset>
      <Fieldset legend={w.user.access}>
        <Access form={form} {...(user && { user })} />
      </Fieldset>
      <Fieldset legend={w.user.switches}>
        <Switches form={form} {...(user && { user })} />
      </Fieldset>
    </Stack>
  )
}

function Identity({ form, isNew }: { form: UserFormApi; isNew: boolean }) {
  const { w } = usePageWords()
  return (
    <Stack gap="sm">
      {isNew && (
        <TextInput
          label={w.user.column.email}
          description={w.user.emailStays}
          type="email"
          data-autofocus
          autoComplete="off"
          withAsterisk
          {...form.getInputProps('email')}
        />
      )}
      <TextInput
        label={w.user.column.name}
        withAsterisk
        autoComplete="off"
        {...form.getInputProps('name')}
      />
      <TextInput label={w.user.column.fullName} {...form.getInputProps('fullName')} />
      <PasswordInput
        label={w.user.password}
        description={isNew ? w.user.passwordHelp : w.user.passwordEditHelp}
        autoComplete="new-password"
        withAsterisk={isNew}
        {...form.getInputProps('password')}
      />
      <PasswordInput
        label={w.user.repeat}
        autoComplete="new-password"
        withAsterisk={isNew}
        {...form.getInputProps('repeat')}
      />
      <Textarea
        label={w.user.column.description}
        autosize
        minRows={2}
        {...form.getInputProps('description')}
      />
    </Stack>
  )
}

function Access({ form, user }: Props) {
  const { w } = usePageWords()
  const account = useAccount()
  const isSuperadmin = account.role === 'superadmin'
  const roles = userRoles.filter(role => role !== 'superadmin' || isSuperadmin)
  const { domainName } = form.values
  return (
    <Stack gap="sm">
      <NativeSelect
        label={w.user.column.role}
        data={roles.map(value => ({ value, label: w.user.role[value] }))}
        {...form.getInputProps('role')}
      />
      <NativeSelect
        label={w.user.column.status}
        description={w.user.statusHelp}
        data={userStatuses.map(value => ({ value, label: w.user.status[value] }))}
        {...form.getInputProps('status')}
      />
      {user && isDeactivated(form.values, user) && (
        <Notice tone="warn">
          <ChooseConsequences
            userId={user.id}
            value={form.values.consequences}
            onChange={consequences => {
              form.setFieldValue('consequences', consequences)
            }}
          />
        </Notice>
      )}
      {isSuperadmin && (
        <NameSelect
          label={w.user.column.domain}
          {...(user && { description: w.user.domainHelp })}
          list={domainApi.list}
          among={{ isActive: true }}
          value={domainName}
          error={form.errors['domainName']}
          onChange={name => {
            // Projects are of one domain.
            form.setValues({ domainName: name, projectIds: [] })
          }}
        />
      )}
      <ProjectsField
        key={domainName}
        domainName={domainName}
        current={user?.domainName === domainName ? user.projects : []}
        value={form.values.projectIds}
        error={form.errors['projectIds']}
        description={user ? w.user.projectsHelp : w.user.projectsNone}
        onChange={ids => {
          form.setFieldValue('projectIds', ids)
        }}
      />
      <NameSelect
        label={w.user.column.policy}
        list={userPolicyApi.list}
        value={form.values.policy}
        error={form.errors['policy']}
        onChange={name => {
          form.setFieldValue('policy', name)
        }}
      />
      {!user && (
        <NameSelect
          label={w.keypair.column.policy}
          description={w.user.keypairPolicyHelp}
          list={keypairPolicyApi.list}
          value={form.values.keypairPolicy}
          error={form.errors['keypairPolicy']}
          onChange={name => {
            form.setFieldValue('keypairPolicy', name)
          }}
        />
      )}
    </Stack>
  )
}

function Switches({ form, user }: Props) {
  const { w } = usePageWords()
  const account = useAccount()
  return (
    <Stack gap="sm">
      <Switch
        label={w.user.changeRequired}
        {...form.getInputProps('isPasswordChangeRequired', { type: 'checkbox' })}
      />
      <Switch
        label={w.user.sudo}
        description={w.user.sudoHelp}
        {...form.getInputProps('isSudoEnabled', { type: 'checkbox' })}
      />
      {user && (
        <Switch
          label={w.user.totp}
          description={
            user.id === account.id
              ? w.user.totpOwn
              : user.isTotpEnabled
                ? w.user.totpOffHelp
                : w.user.totpTheirs
          }
          disabled={!user.isTotpEnabled || user.id === account.id}
          {...form.getInputProps('isTotpEnabled', { type: 'checkbox' })}
        />
      )}
    </Stack>
  )
}
