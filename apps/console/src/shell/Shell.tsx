import { AppShell, Burger } from '@mantine/core'
import { useHotkeys, useMediaQuery } from '@mantine/hooks'
import { Link, Outlet, useLocation } from '@tanstack/react-router'
import { lazy, Suspense, useState } from 'react'
import { useMay } from '../api/account.ts'
import { useStored } from '../ui/stored.ts'
import { useWords } from '../words/words.tsx'
import { Mark } from './Mark.tsx'
import { ProjectSelect } from './ProjectSelect.tsx'
import { SearchButton } from './SearchButton.tsx'
import { Sidebar } from './Sidebar.tsx'
import { ThemeMenu } from './ThemeMenu.tsx'
import { UserMenu } from './UserMenu.tsx'
import './shell.css'

/** Not every browser says when it has time. */
const idle = (): Promise<unknown> =>
  new Promise(resolve => {
    if ('requestIdleCallback' in window) window.requestIdleCallback(resolve, { timeout: 2000 })
    else setTimeout(resolve, 200)
  })

const KeysHelp = lazy(async () => ({ default: (await import('./KeysHelp.tsx')).KeysHelp }))
/** The bell and its words come when the page stands and nothing else is to be done. */
const JobsBell = lazy(async () => {
  await idle()
  return { default: (await import('../job/JobsBell.tsx')).JobsBell }
})
const SidebarDrawer = lazy(async () => ({
  default: (await import('./SidebarDrawer.tsx')).SidebarDrawer,
}))

const readFlag = (value: unknown): boolean | undefined =>
  typeof value === 'boolean' ? value : undefined

/** The frame of all pages but the terminal: header, sidebar, page. */
export function Shell() {
  const { w } = useWords()
  const may = useMay()
  const [isCollapsed, setCollapsed] = useStored('capstan.sidebar.collapsed', false, readFlag)
  const [isHelpOpen, setHelpOpen] = useState(false)
  const isNarrow = useMediaQuery('(max-width: 48em)') ?? false
  const { pathname } = useLocation()
  // Open at the page it was opened at: going elsewhere closes it.
  const [menuAt, setMenuAt] = useState<string>()
  const isMenuOpen = menuAt === pathname
  useHotkeys([
    [
      'shift+?',
      () => {
        setHelpOpen(true)
      },
    ],
  ])
  return (
    <AppShell
      header={{ height: 52 }}
      navbar={{
        width: isCollapsed ? 62 : 220,
        breakpoint: 'sm',
        collapsed: { mobile: true },
      }}
      padding={{ base: 'md', sm: 'lg' }}
      transitionDuration={0}
    >
      <a className="skip-link" href="#page">
        {w.shell.skip}
      </a>
      <AppShell.Header className="shell-header">
        {isNarrow && (
          <Burger
            size="sm"
            opened={isMenuOpen}
            aria-label={w.shell.menu}
            onClick={() => {
              setMenuAt(isMenuOpen ? undefined : pathname)
            }}
          />
        )}
        <Link to="/" className="shell-brand" aria-label={w.product}>
          <Mark />
          {!isNarrow && w.product}
        </Link>
        <div style={{ flex: 1, display: 'flex', minWidth: 0, paddingLeft: isNarrow ? 0 : 24 }}>
          <ProjectSelect />
        </div>
        <SearchButton isNarrow={isNarrow} />
        {may('job.read') && (
          <Suspense>
            <JobsBell />
          </Suspense>
        )}
        <ThemeMenu />
        <UserMenu
          onKeys={() => {
            setHelpOpen(true)
          }}
        />
      </AppShell.Header>
      <AppShell.Navbar className="shell-navbar" visibleFrom="sm">
        <Sidebar
          isCollapsed={isCollapsed}
          onToggle={() => {
            setCollapsed(!isCollapsed)
          }}
        />
      </AppShell.Navbar>
      {isNarrow && isMenuOpen && (
        <Suspense>
          <SidebarDrawer
            onClose={() => {
              setMenuAt(undefined)
            }}
          />
        </Suspense>
      )}
      <AppShell.Main id="page" tabIndex={-1} style={{ outline: 'none' }}>
        <Outlet />
      </AppShell.Main>
      {isHelpOpen && (
        <Suspense>
          <KeysHelp
            onClose={() => {
              setHelpOpen(false)
            }}
          />
        </Suspense>
      )}
    </AppShell>
  )
}
