import type { Account } from '@capstan/contract/account'
import { getRouteApi, useNavigate } from '@tanstack/react-router'
import { createContext, type ReactNode, use, useCallback, useMemo } from 'react'
import { useAccount } from '../api/account.ts'
import { useStored } from '../ui/stored.ts'

type Project = Account['projects'][number]

interface ProjectInView {
  /** None: the account belongs to no project. */
  readonly project: Project | undefined
  readonly choose: (id: string) => void
}

const ProjectContext = createContext<ProjectInView | undefined>(undefined)
const route = getRouteApi('/signed-in')

const readText = (value: unknown): string | undefined =>
  typeof value === 'string' ? value : undefined

/** The project that pages follow (ACC-06): the one in the URL, else the one last chosen, else the first. */
export function ProjectProvider({ children }: { children: ReactNode }) {
  const account = useAccount()
  const search = route.useSearch()
  const navigate = useNavigate()
  const [stored, store] = useStored(`capstan.project.${account.id}`, '', readText)
  const find = (id: string | undefined) => account.projects.find(each => each.id === id)
  const project = find(search.project) ?? find(stored) ?? account.projects[0]
  const choose = useCallback(
    (id: string) => {
      store(id)
      // A page of another project's list is no place to stay at.
      const patch = { project: id, cursor: undefined, page: undefined }
      void navigate({
        to: '.',
        // The route checks what it is given; these fields are any list's.
        search: (before => ({ ...before, ...patch })) as (before: object) => never,
      })
    },
    [navigate, store],
  )
  const value = useMemo(() => ({ project, choose }), [project, choose])
  return <ProjectContext value={value}>{children}</ProjectContext>
}

export function useProject(): ProjectInView {
  const inView = use(ProjectContext)
  if (!inView) throw new Error('useProject outside of ProjectProvider')
  return inView
}
