import { SectionTabs } from '../ui/SectionTabs.tsx'
import { usePageWords } from '../words/page-words.ts'

/** The pages about what sessions run on: the machines, and the groups that these are in. */
export function ResourceTabs() {
  const { w } = usePageWords()
  return (
    <SectionTabs
      label={w.group.resources}
      items={[
        { link: { to: '/resources' }, label: w.overview.title },
        { link: { to: '/agents' }, label: w.agent.title },
        { link: { to: '/resource-groups' }, label: w.group.title },
      ]}
    />
  )
}
