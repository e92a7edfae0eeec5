import type { Domain } from '@capstan/contract/domain'
import type { Project } from '@capstan/contract/project'
import type { ComponentProps } from 'react'
import type { ConfirmPopover } from '../ui/ConfirmPopover.tsx'
import { usePageWords } from '../words/page-words.ts'
import { useActivity } from './useActivity.ts'

type Question = Omit<ComponentProps<typeof ConfirmPopover>, 'children'>

/** What is asked before a project is deactivated or activated (PRJ-01). */
export function useProjectQuestion({ id, name, isActive }: Project): Question {
  const { w } = usePageWords()
  const activity = useActivity()
  return {
    title: isActive ? w.project.deactivateTitle(name) : w.project.activateTitle(name),
    text: isActive ? w.project.deactivateText : w.project.activateText,
    confirm: isActive ? w.user.deactivate : w.user.activate,
    isDanger: isActive,
    onConfirm: () => {
      activity.mutate({ target: { kind: 'project', id, name }, isActive: !isActive })
    },
  }
}

/** What is asked before a domain is deactivated or activated (PRJ-01). */
export function useDomainQuestion({ name, isActive, userCount, projectCount }: Domain): Question {
  const { w, f } = usePageWords()
  const activity = useActivity()
  return {
    title: isActive ? w.project.deactivateTitle(name) : w.project.activateTitle(name),
    text: isActive
      ? w.domain.deactivateText(f.number(userCount), f.number(projectCount))
      : w.domain.activateText,
    confirm: isActive ? w.user.deactivate : w.user.activate,
    isDanger: isActive,
    onConfirm: () => {
      activity.mutate({ target: { kind: 'domain', name }, isActive: !isActive })
    },
  }
}
