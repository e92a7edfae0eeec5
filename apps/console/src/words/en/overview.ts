import { pluralFor } from '../plural.ts'

const plural = pluralFor('en')

export const overview = {
  title: 'Overview',
  heading: 'Resources',
  purpose: 'What of each machine is given out to sessions.',
  node: 'Machine',
  allGroups: 'All resource groups',
  count: (count: number) => plural(count, { one: '# machine', other: '# machines' }),
  closed: 'takes no new sessions',
  scale: 'Given out',
  together: 'All together',
  free: 'Free',
  given: (percent: string, amount: string) => `${percent} given out (${amount})`,
  others: 'a session of others',
  more: (count: number) => `and ${count} more`,
  mark: { 0: 'free', 0.5: 'in part', 1: 'given out' },
  share: (percent: string, amount: string) => `${percent}, ${amount}`,
}
