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
  share: (percent: string, amount: string) => `${percent}, ${amount}`,
}
