import { type Operation, operationApi } from '@capstan/contract/operation'
import { Group, Stack } from '@mantine/core'
import { getRouteApi } from '@tanstack/react-router'
import { query } from '../api/call.ts'
import { CopyableId } from '../ui/CopyableId.tsx'
import { DetailsDrawer } from '../ui/DetailsDrawer.tsx'
import { TextLink } from '../ui/links.tsx'
import { Properties } from '../ui/Properties.tsx'
import { usePageWords } from '../words/page-words.ts'
import { Difference } from './Difference.tsx'
import { OutcomeBadge } from './log.columns.tsx'
import { OperationError } from './OperationError.tsx'
import { RetryButton, UndoButton } from './OperationButtons.tsx'
import { sentenceOf } from './sentence.ts'

const route = getRouteApi('/signed-in/shell/log/$operationId')

/** One operation: who did what, from where, what it changed, why it failed, and what can be done about it now. */
export function OperationDrawer() {
  const { w } = usePageWords()
  const { operationId } = route.useParams()
  const navigate = route.useNavigate()
  return (
    <DetailsDrawer
      query={query(operationApi.show, { id: operationId })}
      title={operation => (operation ? sentenceOf(operation, w) : '')}
      onClose={() => {
        void navigate({ to: '/log', search: true })
      }}
    >
      {operation => <Details operation={operation} />}
    </DetailsDrawer>
  )
}

function Details({ operation }: { operation: Operation }) {
  const { w, f } = usePageWords()
  const { undoes, undoneBy } = operation
  return (
    <Stack gap="xl">
      <Group justify="space-between">
        <OutcomeBadge operation={operation} />
        {operation.error ? (
          <RetryButton operation={operation} />
        ) : (
          <UndoButton operation={operation} />
        )}
      </Group>
      {operation.error && <OperationError operation={operation} error={operation.error} />}
      <Properties
        items={[
          { label: w.log.column.actor, value: operation.actorName },
          { label: w.log.column.at, value: f.dateTime(new Date(operation.at)) },
          { label: w.log.column.target, value: operation.target || '–' },
          { label: w.log.column.source, value: operation.source || '–' },
          { label: w.log.column.requestId, value: <CopyableId id={operation.requestId} /> },
          ...(undoes === null ? [] : [{ label: w.log.undid, value: <Other id={undoes} /> }]),
          ...(undoneBy === null ? [] : [{ label: w.log.undoneBy, value: <Other id={undoneBy} /> }]),
        ]}
      />
      <Difference operation={operation} />
    </Stack>
  )
}

function Other({ id }: { id: string }) {
  const { w } = usePageWords()
  return (
    <TextLink to="/log/$operationId" params={{ operationId: id }} search={true} size="sm">
      {w.log.link}
    </TextLink>
  )
}
