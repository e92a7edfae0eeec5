import { type Project, projectApi } from '@capstan/contract/project'
import { IconFolders, IconPlayerPlay, IconPlus, IconSettings, IconTrash } from '@tabler/icons-react'
import { getRouteApi, Outlet, useNavigate } from '@tanstack/react-router'
import { useMay } from '../api/account.ts'
import { query } from '../api/call.ts'
import { Forbidden } from '../shell/PageError.tsx'
import { DataTable } from '../ui/DataTable.tsx'
import { ButtonLink } from '../ui/links.tsx'
import { PageHeader } from '../ui/PageHeader.tsx'
import { ConfirmedRowButton, RowActions, RowButton } from '../ui/RowActions.tsx'
import { activityOf, StateSwitch } from '../ui/StateSwitch.tsx'
import { choicesOf, listInput } from '../ui/table-search.ts'
import { useTableSearch } from '../ui/useTableSearch.ts'
import { type AllWords, usePageWords } from '../words/page-words.ts'
import { projectColumns } from './project.columns.tsx'
import { projectFilters } from './project.filters.ts'
import { ProjectTabs } from './ProjectTabs.tsx'
import { useProjectQuestion } from './project.questions.ts'

/** The projects that one administers (PRJ-01); for administrators (ACC-03). */
export function ProjectsPage() {
  const may = useMay()
  return may('project.update') ? <ProjectList /> : <Forbidden />
}

const route = getRouteApi('/signed-in/shell/projects')

function ProjectList() {
  const { w } = usePageWords()
  const search = route.useSearch()
  const { change } = useTableSearch()
  const state = search.state ?? 'active'
  const { type, ...input } = listInput(search, projectFilters)
  const create = (
    <ButtonLink to="/projects/new" search={true} leftSection={<IconPlus size={16} aria-hidden />}>
      {w.project.create}
    </ButtonLink>
  )
  return (
    <>
      <PageHeader title={w.project.title} purpose={w.project.purpose} action={create} />
      <ProjectTabs />
      <DataTable<Project, AllWords>
        id="project"
        label={w.project.title}
        query={query(projectApi.list, {
          ...input,
          ...(type !== undefined && { type: choicesOf(type) }),
          ...activityOf(state),
        })}
        columns={projectColumns}
        words={w}
        search={search}
        onSearch={change}
        rowId={project => project.id}
        rowName={project => project.name}
        renderRowActions={project => <Actions project={project} />}
        switcher={<StateSwitch label={w.project.state} words={w.user} />}
        empty={{
          icon: <IconFolders size={36} />,
          title: {
            active: w.project.empty,
            inactive: w.project.emptyInactive,
            all: w.project.emptyAll,
          }[state],
          help: state === 'inactive' ? w.project.emptyInactiveHelp : w.project.emptyHelp,
          ...(state !== 'inactive' && { action: create }),
        }}
      />
      <Outlet />
    </>
  )
}

function Actions({ project }: { project: Project }) {
  const { w } = usePageWords()
  const navigate = useNavigate()
  const question = useProjectQuestion(project)
  const { id, name, isActive } = project
  const label = isActive ? w.user.deactivate : w.user.activate
  return (
    <RowActions>
      <RowButton
        icon={IconSettings}
        label={w.user.edit}
        name={`${w.user.edit}: ${name}`}
        onClick={() => {
          void navigate({
            to: '/projects/$projectId/edit',
            params: { projectId: id },
            search: true,
          })
        }}
      />
      <ConfirmedRowButton
        icon={isActive ? IconTrash : IconPlayerPlay}
        tone={isActive ? 'danger' : 'strong'}
        label={label}
        name={`${label}: ${name}`}
        confirmation={question}
      />
    </RowActions>
  )
}
