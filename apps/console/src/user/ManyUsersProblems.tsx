import type { JobPreview } from '@capstan/contract/job'
import { Text } from '@mantine/core'
import { RowProblems } from '../ui/RowProblems.tsx'
import { usePageWords } from '../words/page-words.ts'

/** What the look at many new users came to: who they would be, or what is wrong, by line and column. */
export function ManyUsersProblems({ preview }: { preview: JobPreview }) {
  const { w } = usePageWords()
  const { problems, problemCount, changeCount, sample, notices } = preview
  return (
    <div role="status" aria-live="polite">
      {notices.map(notice => (
        <Text key={notice} size="sm">
          {notice}
        </Text>
      ))}
      {problemCount === 0 ? (
        <>
          <Text size="sm" fw={600}>
            {w.many.checked(changeCount)}
          </Text>
          <Text size="sm" lineClamp={3}>
            {sample.join(', ')}
          </Text>
        </>
      ) : (
        <RowProblems problems={problems} count={problemCount} />
      )}
    </div>
  )
}
