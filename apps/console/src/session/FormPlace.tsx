import { groupApi, type ResourceGroup } from '@capstan/contract/group'
import { useQuery } from '@tanstack/react-query'
import { Fragment, type ReactNode } from 'react'
import { query } from '../api/call.ts'
import { PageLoading } from '../shell/PageLoading.tsx'
import { useProject } from '../shell/project.tsx'
import { ErrorPanel } from '../ui/ErrorPanel.tsx'
import { Notice } from '../ui/Notice.tsx'
import { SideDrawer } from '../ui/SideDrawer.tsx'
import { useWords } from '../words/words.tsx'

/** Where something new is to run. */
export interface Place {
  readonly projectId: string
  readonly groups: readonly ResourceGroup[]
  readonly firstGroup: string
}

/** Finds the project and the resource groups for a form, or says in its drawer why there are none. */
export function FormPlace({
  title,
  onClose,
  children,
}: {
  title: string
  onClose: () => void
  children: (place: Place) => ReactNode
}) {
  const { w } = useWords()
  const { project } = useProject()
  const groups = useQuery(query(groupApi.list, {}))
  const names = groups.data?.items.filter(group => group.isActive).map(group => group.name)
  if (project && names?.[0] !== undefined)
    return (
      // Of another project other things can be chosen.
      <Fragment key={project.id}>
        {children({
          projectId: project.id,
          groups: groups.data?.items ?? [],
          firstGroup: names.includes('default') ? 'default' : names[0],
        })}
      </Fragment>
    )
  return (
    <SideDrawer title={title} onClose={onClose}>
      {!project && <Notice tone="warn">{w.sessionForm.noProject}</Notice>}
      {project && groups.data && <Notice tone="warn">{w.sessionForm.noGroups}</Notice>}
      {groups.isPending && <PageLoading />}
      {groups.error && (
        <ErrorPanel
          error={groups.error}
          onRetry={() => {
            void groups.refetch()
          }}
        />
      )}
    </SideDrawer>
  )
}
