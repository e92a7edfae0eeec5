import { ListSwitch } from './ListSwitch.tsx'

export const listStates = ['active', 'inactive', 'all'] as const
export type ListState = (typeof listStates)[number]

/** What a list is asked for to show those of a state. */
export const activityOf = (state: ListState): { isActive?: boolean } =>
  state === 'all' ? {} : { isActive: state === 'active' }

/** Active | Inactive | All above a list. */
export function StateSwitch({
  label,
  words,
}: {
  label: string
  words: Readonly<Record<ListState, string>>
}) {
  return <ListSwitch label={label} values={listStates} words={words} />
}
