import { type Project, projectApi } from '@capstan/contract/project'
import { Button, Group, Stack } from '@mantine/core'
import { getRouteApi } from '@tanstack/react-router'
import { query } from '../api/call.ts'
import { ActivityBadge } from '../ui/ActivityBadge.tsx'
import { ConfirmPopover } from '../ui/ConfirmPopover.tsx'
import { CopyableId } from '../ui/CopyableId.tsx'
import { DetailsDrawer } from '../ui/DetailsDrawer.tsx'
import { ButtonLink, TextLink } from '../ui/links.tsx'
import { Properties } from '../ui/Properties.tsx'
import { RelativeTime } from '../ui/RelativeTime.tsx'
import { usePageWords } from '../words/page-words.ts'
import { useProjectQuestion } from './project.questions.ts'
import { ProjectMembers } from './ProjectMembers.tsx'

const route = getRouteApi('/signed-in/shell/projects/$projectId')

/** One project, with its members (PRJ-01). */
export function ProjectDrawer() {
  const { projectId } = route.useParams()
  const navigate = route.useNavigate()
  return (
    <DetailsDrawer
      query={query(projectApi.show, { id: projectId })}
      title={project => project?.name ?? ''}
      onClose={() => {
        void navigate({ to: '/projects', search: true })
      }}
    >
      {project => <Details project={project} />}
    </DetailsDrawer>
  )
}

function Details({ project }: { project: Project }) {
  const { w } = usePageWords()
  const question = useProjectQuestion(project)
  return (
    <Stack gap="xl">
      <Group justify="space-between">
        <ActivityBadge isActive={project.isActive} />
        <Group gap="xs">
          <ButtonLink
            to="/projects/$projectId/edit"
            params={{ projectId: project.id }}
            search={true}
            size="xs"
            variant="default"
          >
            {w.user.edit}
          </ButtonLink>
          <ConfirmPopover {...question}>
            <Button size="xs" variant="default">
              {project.isActive ? w.user.deactivate : w.user.activate}
            </Button>
          </ConfirmPopover>
        </Group>
      </Group>
      <Properties
        items={[
          {
            label: w.user.column.domain,
            value: (
              <TextLink to="/domains/$name" params={{ name: project.domainName }} size="sm">
                {project.domainName}
              </TextLink>
            ),
          },
          { label: w.project.column.type, value: w.project.type[project.type] },
          {
            label: w.project.column.policy,
            value: (
              <TextLink
                to="/policies/$kind/$name"
                params={{ kind: 'project', name: project.policy }}
                size="sm"
              >
                {project.policy}
              </TextLink>
            ),
          },
          { label: w.project.groups, value: project.allowedGroups.join(', ') || '–' },
          {
            label: w.policy.volumes,
            value: Object.keys(project.allowedVolumes).join(', ') || '–',
          },
          { label: w.user.column.created, value: <RelativeTime at={project.createdAt} /> },
          { label: 'ID', value: <CopyableId id={project.id} /> },
          { label: w.user.column.description, value: project.description || '–', isWide: true },
        ]}
      />
      <ProjectMembers project={project} />
    </Stack>
  )
}
