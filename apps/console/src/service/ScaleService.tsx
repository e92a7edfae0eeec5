import { serviceApi, type ServiceDetails } from '@capstan/contract/service'
import { Button, Group, NumberInput } from '@mantine/core'
import { useEffect, useRef } from 'react'
import { ErrorPanel } from '../ui/ErrorPanel.tsx'
import { toastDone } from '../ui/toast.ts'
import { useEndpointForm } from '../ui/useEndpointForm.ts'
import { useRefresh } from '../ui/useRefresh.ts'
import { usePageWords } from '../words/page-words.ts'

/** More or fewer replicas, in place. */
export function ScaleService({ service }: { service: ServiceDetails }) {
  const { w } = usePageWords()
  const refresh = useRefresh(serviceApi.show, serviceApi.list)
  const initialValues: { readonly replicaCount: number | string } = {
    replicaCount: service.replicaCount,
  }
  const { form, submit, isPending, failure } = useEndpointForm({
    endpoint: serviceApi.update,
    initialValues,
    // An empty field is no number, not 0.
    toInput: ({ replicaCount }) => ({
      id: service.id,
      replicaCount: typeof replicaCount === 'number' ? replicaCount : Number.NaN,
    }),
    onDone: answer => {
      toastDone(w.service.scaled(answer.name, answer.replicaCount), answer)
      refresh()
    },
  })
  // Others may set it meanwhile: what stands here goes along, unless something else was entered.
  const { replicaCount } = service
  const { getValues, setFieldValue } = form
  const known = useRef(replicaCount)
  useEffect(() => {
    const isEntered = getValues().replicaCount !== known.current
    if (!isEntered && replicaCount !== known.current) setFieldValue('replicaCount', replicaCount)
    known.current = replicaCount
  }, [replicaCount, getValues, setFieldValue])
  return (
    <form onSubmit={submit} noValidate>
      <Group align="flex-end" gap="xs">
        <NumberInput
          label={w.service.count}
          description={w.service.replicasHelp}
          inputWrapperOrder={['label', 'description', 'input', 'error']}
          w={260}
          min={0}
          max={1000}
          decimalScale={0}
          clampBehavior="none"
          {...form.getInputProps('replicaCount')}
        />
        <Button
          type="submit"
          loading={isPending}
          disabled={form.values.replicaCount === replicaCount}
        >
          {w.service.apply}
        </Button>
      </Group>
      {failure && <ErrorPanel error={failure} />}
    </form>
  )
}
