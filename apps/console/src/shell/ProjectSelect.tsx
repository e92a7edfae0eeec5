import { Select, Text } from '@mantine/core'
import { IconFolders } from '@tabler/icons-react'
import { useAccount } from '../api/account.ts'
import { useWords } from '../words/words.tsx'
import { useProject } from './project.tsx'

/** The project that pages follow (ACC-06). */
export function ProjectSelect() {
  const { w } = useWords()
  const { projects } = useAccount()
  const { project, choose } = useProject()
  if (projects.length === 0)
    return (
      <Text size="sm" c="dimmed">
        {w.shell.noProject}
      </Text>
    )
  return (
    <Select
      size="sm"
      w={220}
      aria-label={w.shell.project}
      leftSection={<IconFolders size={16} aria-hidden />}
      searchable
      allowDeselect={false}
      checkIconPosition="right"
      data={projects.map(({ id, name }) => ({ value: id, label: name }))}
      value={project?.id ?? null}
      onChange={id => {
        if (id !== null) choose(id)
      }}
    />
  )
}
