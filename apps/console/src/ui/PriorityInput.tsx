import { NumberInput, type NumberInputProps } from '@mantine/core'

/** A field for a priority, 0 to 100, that is opened to be changed: what is typed replaces what stands in it. */
export function PriorityInput(props: NumberInputProps) {
  return (
    <NumberInput
      autoFocus
      onFocus={event => {
        event.currentTarget.select()
      }}
      w={220}
      min={0}
      max={100}
      decimalScale={0}
      clampBehavior="none"
      {...props}
    />
  )
}
