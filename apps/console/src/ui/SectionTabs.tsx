import { Link, type LinkProps } from '@tanstack/react-router'
import './small.css'

/** Links between the pages of one section; each keeps an address of its own. */
export function SectionTabs({
  label,
  items,
}: {
  label: string
  items: readonly { readonly link: LinkProps; readonly label: string }[]
}) {
  return (
    <nav className="section-tabs" aria-label={label}>
      {items.map(item => (
        <Link key={item.label} {...item.link} className="section-tab">
          {item.label}
        </Link>
      ))}
    </nav>
  )
}
