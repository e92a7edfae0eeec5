import { type Member, type Project, projectApi } from '@capstan/contract/project'
import {
  Button,
  Checkbox,
  Group,
  Skeleton,
  Stack,
  Text,
  Textarea,
  TextInput,
  Title,
} from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import { useInfiniteQuery, useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import { call } from '../api/call.ts'
import { ConfirmPopover } from '../ui/ConfirmPopover.tsx'
import { ErrorPanel } from '../ui/ErrorPanel.tsx'
import { toastDone } from '../ui/toast.ts'
import { usePageWords } from '../words/page-words.ts'
import { useRefreshProjects } from './useActivity.ts'

/** Who is in a project; many are added and removed in one go. */
export function ProjectMembers({ project }: { project: Project }) {
  const { w, f } = usePageWords()
  const [text, setText] = useState('')
  const [email] = useDebouncedValue(text.trim(), 200)
  const [chosen, setChosen] = useState<readonly string[]>([])
  const [isAdding, setAdding] = useState(false)
  const { id } = project
  const members = useInfiniteQuery({
    queryKey: [projectApi.listMembers.path, id, email] as const,
    initialPageParam: undefined as string | undefined,
    queryFn: ({ pageParam, signal }) =>
      call(
        projectApi.listMembers,
        {
          id,
          ...(email !== '' && { email }),
          ...(pageParam !== undefined && { cursor: pageParam }),
        },
        { signal },
      ),
    getNextPageParam: page => page.nextCursor ?? undefined,
  })
  const change = useMemberChange(project, () => {
    setChosen([])
  })
  const all = members.data?.pages.flatMap(({ items }) => items) ?? []
  const isFixed = project.type === 'model-store'
  return (
    <section aria-label={w.project.members}>
      <Group justify="space-between" mb="sm">
        <Title order={2}>
          {w.project.members} ({f.number(project.memberCount)})
        </Title>
        {!isFixed && (
          <Button
            size="xs"
            variant="default"
            onClick={() => {
              setAdding(!isAdding)
            }}
            aria-expanded={isAdding}
          >
            {w.project.addMembers}
          </Button>
        )}
      </Group>
      {isFixed && (
        <Text size="sm" c="dimmed" mb="sm">
          {w.project.everybody}
        </Text>
      )}
      {isAdding && (
        <AddMembers
          project={project}
          onDone={() => {
            setAdding(false)
          }}
        />
      )}
      <Group gap="xs" mb="xs">
        <TextInput
          size="sm"
          style={{ flex: 1 }}
          aria-label={w.project.findMember}
          placeholder={w.project.findMember}
          value={text}
          onChange={event => {
            setText(event.currentTarget.value)
          }}
        />
        {chosen.length > 0 && (
          <ConfirmPopover
            title={w.project.removeTitle(chosen.length, project.name)}
            text={w.project.removeText}
            confirm={w.common.remove}
            isDanger
            onConfirm={() => {
              change.mutate({ remove: [...chosen] })
            }}
          >
            <Button size="sm" variant="outline" color="red.9" loading={change.isPending}>
              {w.project.removeMembers(chosen.length)}
            </Button>
          </ConfirmPopover>
        )}
      </Group>
      {change.error && <ErrorPanel error={change.error} />}
      {members.error && <ErrorPanel error={members.error} />}
      {members.isPending && <Skeleton h={60} />}
      {members.data && all.length === 0 && (
        <Text size="sm" c="dimmed">
          {email === '' ? w.project.noMembers : w.table.noMatch}
        </Text>
      )}
      <ul className="plain-list">
        {all.map(member => (
          <li key={member.userId}>
            <MemberRow
              member={member}
              isFixed={isFixed}
              isChosen={chosen.includes(member.email)}
              onChoose={isChosen => {
                setChosen(
                  isChosen
                    ? [...chosen, member.email]
                    : chosen.filter(each => each !== member.email),
                )
              }}
            />
          </li>
        ))}
      </ul>
      {members.hasNextPage && (
        <Button
          mt="xs"
          size="xs"
          variant="default"
          loading={members.isFetchingNextPage}
          onClick={() => {
            void members.fetchNextPage()
          }}
        >
          {w.project.more}
        </Button>
      )}
    </section>
  )
}

function MemberRow({
  member,
  isFixed,
  isChosen,
  onChoose,
}: {
  member: Member
  isFixed: boolean
  isChosen: boolean
  onChoose: (isChosen: boolean) => void
}) {
  const label = member.fullName === '' ? member.email : `${member.email} (${member.fullName})`
  if (isFixed) return <Text size="sm">{label}</Text>
  return (
    <Checkbox
      label={label}
      checked={isChosen}
      onChange={event => {
        onChoose(event.currentTarget.checked)
      }}
    />
  )
}

function useMemberChange(project: Project, onDone: () => void) {
  const { w } = usePageWords()
  const refresh = useRefreshProjects()
  return useMutation({
    mutationFn: (input: { add?: string[]; remove?: string[] }) =>
      call(projectApi.changeMembers, { id: project.id, ...input }),
    onSuccess: answer => {
      const { added, removed } = answer
      toastDone(removed > 0 ? w.project.removed(removed) : w.project.added(added), answer)
      refresh()
      onDone()
    },
  })
}

/** Addresses as they come out of a list or a mail: one a line, or with commas, semicolons or blanks between. */
const emailsIn = (text: string): string[] => [
  ...new Set(text.split(/[\s,;]+/).filter(each => each !== '')),
]

function AddMembers({ project, onDone }: { project: Project; onDone: () => void }) {
  const { w } = usePageWords()
  const [text, setText] = useState('')
  const emails = emailsIn(text)
  const change = useMemberChange(project, onDone)
  return (
    <Stack gap="xs" mb="md">
      <Textarea
        label={w.project.emails}
        description={w.project.emailsHelp(project.domainName)}
        autosize
        minRows={3}
        maxRows={10}
        autoFocus
        value={text}
        onChange={event => {
          setText(event.currentTarget.value)
        }}
      />
      {change.error && <ErrorPanel error={change.error} />}
      <Group justify="flex-end">
        <Button
          size="xs"
          disabled={emails.length === 0}
          loading={change.isPending}
          onClick={() => {
            change.mutate({ add: emails })
          }}
        >
          {w.project.addCount(emails.length)}
        </Button>
      </Group>
    </Stack>
  )
}
