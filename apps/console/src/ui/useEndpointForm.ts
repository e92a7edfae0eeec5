import { AppError } from '@capstan/contract/errors'
import type { Endpoint } from '@capstan/contract/endpoint'
import { useForm } from '@mantine/form'
import { useMutation } from '@tanstack/react-query'
import type * as z from 'zod'
import { call } from '../api/call.ts'
import { useWords } from '../words/words.tsx'
import { issueText } from './issue-words.ts'

interface Options<I extends z.ZodType, O extends z.ZodType, V extends Record<string, unknown>> {
  readonly endpoint: Endpoint<I, O>
  readonly initialValues: V
  /** The request that stands for what is in the fields. */
  readonly toInput: (values: V) => z.input<I>
  /** The field that a path of the request is shown at; by default the one of its first segment. */
  readonly fieldOf?: (path: string) => string
  /** Rules of the form alone: what the request's own schema cannot know. */
  readonly check?: (values: V) => Record<string, string>
  readonly onDone: (output: z.output<O>) => void
}

/**
 * A form that is validated by the schema the server uses, as one leaves a field, and that shows what the server refuses at
 * the fields it concerns. `failure` is what belongs to no field.
 */
export function useEndpointForm<
  I extends z.ZodType,
  O extends z.ZodType,
  V extends Record<string, unknown>,
>({ endpoint, initialValues, toInput, fieldOf = firstOf, check, onDone }: Options<I, O, V>) {
  const { w, f } = useWords()
  const form = useForm<V>({
    initialValues,
    validateInputOnBlur: true,
    validate: values => {
      const result = endpoint.input.safeParse(toInput(values))
      const issues = result.error?.issues ?? []
      return {
        ...byField(
          issues.map(issue => [fieldOf(issue.path.join('.')), issueText(issue, w, f)] as const),
        ),
        ...check?.(values),
      }
    },
  })
  const mutation = useMutation({
    mutationFn: (values: V) => call(endpoint, toInput(values)),
    onSuccess: onDone,
    onError: error => {
      if (!(error instanceof AppError)) return
      const told = error.issues.map(({ path, message }) => [fieldOf(path), message] as const)
      for (const [field, text] of Object.entries(byField(told))) form.setFieldError(field, text)
    },
  })
  const submit = form.onSubmit(
    values => {
      mutation.mutate(values)
    },
    errors => {
      const wrong = Object.keys(errors).flatMap(field => form.getInputNode(field) ?? [])
      wrong.sort(asTheyStand)[0]?.focus()
    },
  )
  return {
    form,
    submit,
    isPending: mutation.isPending,
    isDone: mutation.isSuccess,
    failure: beyondFields(mutation.error),
  }
}

/** Rules know no order: who reads the form from the top comes to this field first. */
const asTheyStand = (one: Node, other: Node): number =>
  one.compareDocumentPosition(other) & Node.DOCUMENT_POSITION_FOLLOWING ? -1 : 1

/** A failure without what stands at the fields already. */
function beyondFields(error: Error | null): Error | null {
  if (!(error instanceof AppError) || error.issues.length === 0) return error
  const isSomewhere = error.issues.every(({ path }) => path !== '')
  const { requestId } = error.options
  return isSomewhere
    ? new AppError(error.code, { ...(requestId !== undefined && { requestId }) })
    : error
}

const firstOf = (path: string): string => path.split('.')[0] ?? ''

/** Everything that is wrong with a field, each rule once: who mends one thing is not told of the next only then. */
function byField(
  told: readonly (readonly [field: string, text: string])[],
): Record<string, string> {
  const texts = Map.groupBy(told, ([field]) => field)
  return Object.fromEntries(
    [...texts].map(([field, all]) => [field, [...new Set(all.map(([, text]) => text))].join('; ')]),
  )
}
