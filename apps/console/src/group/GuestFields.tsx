import { domainApi } from '@capstan/contract/domain'
import type { GroupDetails } from '@capstan/contract/group'
import { keypairApi } from '@capstan/contract/keypair'
import { projectApi } from '@capstan/contract/project'
import { Fieldset, Stack, Text } from '@mantine/core'
import { call } from '../api/call.ts'
import { usePageWords } from '../words/page-words.ts'
import { FoundField } from '../ui/FoundField.tsx'
import type { GroupFormApi } from './GroupFields.tsx'

const most = 50

const optionOf = {
  domain: (name: string) => ({ value: name, label: name }),
  project: ({ id, name, domainName }: { id: string; name: string; domainName: string }) => ({
    value: id,
    label: `${name} (${domainName})`,
  }),
  keypair: ({ accessKey, userEmail }: { accessKey: string; userEmail: string }) => ({
    value: accessKey,
    label: `${userEmail} (${accessKey})`,
  }),
}

const find = {
  domain: (text: string) => ({
    queryKey: [domainApi.list.path, 'guests', text],
    queryFn: async ({ signal }: { signal: AbortSignal }) =>
      (
        await call(domainApi.list, { limit: most, ...(text && { name: text }) }, { signal })
      ).items.map(({ name }) => optionOf.domain(name)),
  }),
  project: (text: string) => ({
    queryKey: [projectApi.list.path, 'guests', text],
    queryFn: async ({ signal }: { signal: AbortSignal }) => {
      // A chosen one stands in the field with its domain.
      const [name = ''] = text.split(' (')
      const input = { limit: most, ...(name && { name }) }
      return (await call(projectApi.list, input, { signal })).items.map(optionOf.project)
    },
  }),
  keypair: (text: string) => ({
    queryKey: [keypairApi.list.path, 'guests', text],
    queryFn: async ({ signal }: { signal: AbortSignal }) => {
      const [userEmail = ''] = text.split(' (')
      const input = { limit: most, ...(userEmail && { userEmail }) }
      return (await call(keypairApi.list, input, { signal })).items.map(optionOf.keypair)
    },
  }),
}

/** Domains, projects and keypairs that a group lets in (GRP-02). */
export function GuestFields({
  form,
  group,
}: {
  form: GroupFormApi
  group: GroupDetails | undefined
}) {
  const { w } = usePageWords()
  const access = group?.access
  const field = (name: 'allowedDomains' | 'allowedProjects' | 'allowedKeypairs') => ({
    value: form.values[name],
    error: form.errors[name],
    onChange: (chosen: string[]) => {
      form.setFieldValue(name, chosen)
      form.clearFieldError(name)
    },
  })
  return (
    <Fieldset legend={w.group.allowed}>
      <Stack gap="sm">
        <Text size="sm" c="dimmed">
          {w.group.allowedHelp}
        </Text>
        <FoundField
          label={w.group.domains}
          find={find.domain}
          current={access?.domains.map(optionOf.domain) ?? []}
          {...field('allowedDomains')}
        />
        <FoundField
          label={w.group.projects}
          find={find.project}
          current={access?.projects.map(optionOf.project) ?? []}
          {...field('allowedProjects')}
        />
        <FoundField
          label={w.group.keypairs}
          description={w.group.keypairsHelp}
          find={find.keypair}
          current={access?.keypairs.map(optionOf.keypair) ?? []}
          {...field('allowedKeypairs')}
        />
      </Stack>
    </Fieldset>
  )
}
