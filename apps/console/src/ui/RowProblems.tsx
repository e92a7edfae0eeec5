import type { RowProblem } from '@capstan/contract/row-problem'
import { Table, Text } from '@mantine/core'
import { usePageWords } from '../words/page-words.ts'

/** Problems that are shown one by one. */
const mostShown = 200

/** What is wrong with the rows of a file, by line and column. */
export function RowProblems({
  problems,
  count,
}: {
  problems: readonly RowProblem[]
  /** How many there are, of which these are some. */
  count: number
}) {
  const { w } = usePageWords()
  return (
    <>
      <Text size="sm" fw={600}>
        {w.many.problems(count)}
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
      {count > mostShown && <Text size="sm">{w.many.moreProblems(count - mostShown)}</Text>}
    </>
  )
}
