import { type Operation, operationOutcomes } from '@capstan/contract/operation'
import type { Column } from '../ui/column.ts'
import { CopyableId } from '../ui/CopyableId.tsx'
import { TextLink } from '../ui/links.tsx'
import { RelativeTime } from '../ui/RelativeTime.tsx'
import { StatusBadge } from '../ui/StatusBadge.tsx'
import { type AllWords, usePageWords } from '../words/page-words.ts'
import './log.css'
import { sentenceOf } from './sentence.ts'

function Sentence({ operation }: { operation: Operation }) {
  const { w } = usePageWords()
  return (
    <TextLink
      to="/log/$operationId"
      params={{ operationId: operation.id }}
      search={true}
      size="sm"
      className="sentence"
    >
      {sentenceOf(operation, w)}
    </TextLink>
  )
}

/** How it ended, and whether that still stands. */
export function OutcomeBadge({ operation }: { operation: Operation }) {
  const { w } = usePageWords()
  if (operation.error) return <StatusBadge tone="bad" label={w.log.outcome.failed} />
  return operation.undoneBy === null ? (
    <StatusBadge tone="good" label={w.log.outcome.done} />
  ) : (
    <StatusBadge tone="idle" label={w.log.undone} />
  )
}

/** Columns of the log (PLS-05). */
export const logColumns: readonly Column<Operation, AllWords>[] = [
  {
    id: 'operation',
    header: w => w.log.column.operation,
    isFixed: true,
    filter: {
      kind: 'choice',
      choices: w => Object.entries(w.log.noun).map(([value, label]) => ({ value, label })),
    },
    cell: operation => <Sentence operation={operation} />,
  },
  {
    id: 'target',
    header: w => w.log.column.target,
    // The sentence ends with it.
    isHidden: true,
    filter: { kind: 'text' },
    cell: ({ target }) => target || '–',
  },
  {
    id: 'actorName',
    header: w => w.log.column.actor,
    filter: { kind: 'text' },
    cell: ({ actorName }) => actorName,
  },
  {
    id: 'outcome',
    header: w => w.log.column.outcome,
    filter: {
      kind: 'choice',
      choices: w => operationOutcomes.map(value => ({ value, label: w.log.outcome[value] })),
    },
    cell: operation => <OutcomeBadge operation={operation} />,
  },
  {
    id: 'at',
    header: w => w.log.column.at,
    sort: 'at',
    filter: { kind: 'time' },
    cell: ({ at }) => <RelativeTime at={at} />,
  },
  {
    id: 'source',
    header: w => w.log.column.source,
    isHidden: true,
    cell: ({ source }) => source || '–',
  },
  {
    id: 'requestId',
    header: w => w.log.column.requestId,
    isHidden: true,
    filter: { kind: 'text', isWhole: true },
    cell: ({ requestId }) => <CopyableId id={requestId} />,
  },
]
