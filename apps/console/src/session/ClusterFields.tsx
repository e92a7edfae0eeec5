import type { Slots } from '@capstan/contract/slots'
import { Input, NumberInput, SegmentedControl, Stack, Text } from '@mantine/core'
import { slotsText } from '../ui/slot-words.ts'
import { usePageWords } from '../words/page-words.ts'
import type { SessionFormApi } from './session-form.ts'
import { clusterSlots } from './session-input.ts'

/** How many containers a session has, and where they may be (SES-01, SES-06). */
export function ClusterFields({ form, minimum }: { form: SessionFormApi; minimum: Slots }) {
  const { w, f } = usePageWords()
  const { clusterMode } = form.values
  const total = clusterSlots(form.values, minimum)
  return (
    <Stack gap="sm">
      <NumberInput
        label={w.cluster.size}
        description={w.cluster.sizeHelp}
        inputWrapperOrder={['label', 'input', 'description', 'error']}
        styles={{ wrapper: { maxWidth: 200 } }}
        min={1}
        max={1000}
        decimalScale={0}
        clampBehavior="none"
        {...form.getInputProps('clusterSize')}
      />
      {total && (
        <>
          <div>
            <Input.Label id="cluster-mode" labelElement="div" display="block" mb={4}>
              {w.cluster.mode}
            </Input.Label>
            <SegmentedControl
              aria-labelledby="cluster-mode"
              data={(['single-node', 'multi-node'] as const).map(value => ({
                value,
                label: w.cluster.modes[value],
              }))}
              {...form.getInputProps('clusterMode')}
            />
            <Text size="sm" c="dimmed" mt={4}>
              {w.cluster.modeHelp[clusterMode]}
            </Text>
          </div>
          <Text size="sm" fw={600} aria-live="polite">
            {w.cluster.inAll(slotsText(total, w, f))}
          </Text>
        </>
      )}
    </Stack>
  )
}
