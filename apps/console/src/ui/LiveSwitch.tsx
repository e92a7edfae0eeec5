import { ListSwitch } from './ListSwitch.tsx'

/** Live | Ended above a list; the two have other columns. */
export function LiveSwitch({
  label,
  words,
}: {
  label: string
  words: { readonly live: string; readonly ended: string }
}) {
  return (
    <ListSwitch
      label={label}
      values={['live', 'ended']}
      words={words}
      resets={['status', 'sort']}
    />
  )
}
