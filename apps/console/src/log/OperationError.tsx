import { errorCatalog, type ErrorCode } from '@capstan/contract/errors'
import type { Operation } from '@capstan/contract/operation'
import { Text, Title } from '@mantine/core'
import { Notice } from '../ui/Notice.tsx'
import { fieldLabel } from '../ui/field-words.ts'
import { type AllWords, usePageWords } from '../words/page-words.ts'

const isKnown = (code: string): code is ErrorCode => code in errorCatalog

/** Why an operation failed, in full, and what to do about it. */
export function OperationError({
  operation,
  error,
}: {
  operation: Operation
  error: NonNullable<Operation['error']>
}) {
  const { w } = usePageWords()
  const { code, detail, issues } = error
  // What stands at a field is said there; the summary says the same again.
  const isSaidAtFields = issues.length > 0 && code === 'invalid_input'
  return (
    <section aria-label={w.log.error}>
      <Title order={2} mb="sm">
        {w.log.error}
      </Title>
      <Notice tone="bad" role="group" title={isKnown(code) ? w.errors[code] : code}>
        {detail !== null && !isSaidAtFields && (
          <Text size="sm" className="preserve">
            {detail}
          </Text>
        )}
        {issues.map(({ path, message }) => (
          <Text size="sm" key={`${path} ${message}`}>
            {fieldLabel(path, w)}: {message}
          </Text>
        ))}
        <Text size="sm" mt="xs">
          {w.log.toDo}: {adviceFor(operation, error.code, w)}
        </Text>
      </Notice>
    </section>
  )
}

function adviceFor({ isRetryable }: Operation, code: string, w: AllWords): string {
  const { advice } = w.log
  if (code === 'forbidden') return advice.forbidden
  if (code === 'internal' || code === 'unavailable') return advice.server
  if (code === 'changed_since' || code === 'not_reversible') return advice.changed
  return isRetryable ? advice.again : advice.secret
}
