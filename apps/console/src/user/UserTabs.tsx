import { SectionTabs } from '../ui/SectionTabs.tsx'
import { usePageWords } from '../words/page-words.ts'

/** The pages about people: users, and their credentials. */
export function UserTabs() {
  const { w } = usePageWords()
  return (
    <SectionTabs
      label={w.user.title}
      items={[
        { link: { to: '/users' }, label: w.user.title },
        { link: { to: '/credentials' }, label: w.keypair.title },
      ]}
    />
  )
}
