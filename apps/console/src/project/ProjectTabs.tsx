import { SectionTabs } from '../ui/SectionTabs.tsx'
import { usePageWords } from '../words/page-words.ts'

/** The pages about what people belong to: projects, and domains. */
export function ProjectTabs() {
  const { w } = usePageWords()
  return (
    <SectionTabs
      label={w.project.title}
      items={[
        { link: { to: '/projects' }, label: w.project.title },
        { link: { to: '/domains' }, label: w.domain.title },
      ]}
    />
  )
}
