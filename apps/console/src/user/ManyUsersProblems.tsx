import type { JobPreview } from '@capstan/contract/job'
import { Table, Text } from '@mantine/core'
import { usePageWords } from '../words/page-words.ts'

/** Problems that are shown one by one. */
const mostShown = 200

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
        <>
          <Text size="sm" fw={600}>
            {w.many.problems(problemCount)}
          </Text>
          <Table>
            <Table.Thead>
              <Table.Tr>
                <Table.Th>{w.many.line}</Table.Th>
                <Table.Th>{w.many.columnHead}</Table.Th>
                <Table.Th>{w.many.problem}</Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {problems.slice(0, mostShown).map(({ line, column, name, message }, index) => (
                // They have no name of their own, and never move.
                // oxlint-disable-next-line react/no-array-index-key
                <Table.Tr key={index}>
                  <Table.Td>{line ?? name}</Table.Td>
                  <Table.Td>{column ?? ''}</Table.Td>
                  <Table.Td>{message}</Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
          {problemCount > mostShown && (
            <Text size="sm">{w.many.moreProblems(problemCount - mostShown)}</Text>
          )}
        </>
      )}
    </div>
  )
}
