import { Drawer, FocusTrap } from '@mantine/core'
import { useMediaQuery } from '@mantine/hooks'
import type { ReactNode } from 'react'
import { useWords } from '../words/words.tsx'
import './SideDrawer.css'

/** A drawer at the right that a route stands for; the whole page where there is no room. */
export function SideDrawer({
  title,
  onClose,
  isHeld = false,
  children,
}: {
  title: ReactNode
  onClose: () => void
  /** Something over it has the keys: Esc is not for the drawer. */
  isHeld?: boolean
  children: ReactNode
}) {
  const { w } = useWords()
  const isNarrow = useMediaQuery('(max-width: 48em)') ?? false
  return (
    <Drawer
      opened
      onClose={() => {
        // In the next turn: a question that this opens must not take the same press of Esc for its answer.
        setTimeout(onClose)
      }}
      title={title}
      position="right"
      size={isNarrow ? '100%' : 720}
      closeOnEscape={!isHeld}
      closeButtonProps={{ 'aria-label': w.common.close }}
      overlayProps={{ backgroundOpacity: 0.25 }}
      // It is the head of the dialog, not another banner of the page.
      attributes={{ header: { role: 'none' } }}
      classNames={{
        content: 'drawer',
        header: 'drawer-head',
        title: 'drawer-title',
        body: 'drawer-body',
      }}
    >
      {children}
      {/* Where no field asks for the focus it goes here, not to the button that closes: nobody came to press that. */}
      <FocusTrap.InitialFocus />
    </Drawer>
  )
}
