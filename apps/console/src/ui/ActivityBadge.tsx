import { usePageWords } from '../words/page-words.ts'
import { StatusBadge } from './StatusBadge.tsx'

/** Whether a keypair, a project or a domain is active. */
export function ActivityBadge({ isActive }: { isActive: boolean }) {
  const { w } = usePageWords()
  return (
    <StatusBadge
      tone={isActive ? 'good' : 'idle'}
      label={isActive ? w.user.active : w.user.inactive}
    />
  )
}
