import { Drawer } from '@mantine/core'
import { useWords } from '../words/words.tsx'
import { Sidebar } from './Sidebar.tsx'

/** The sidebar where there is no room beside the page. */
export function SidebarDrawer({ onClose }: { onClose: () => void }) {
  const { w } = useWords()
  return (
    <Drawer
      opened
      onClose={onClose}
      size={280}
      title={w.product}
      closeButtonProps={{ 'aria-label': w.common.close }}
      styles={{ body: { height: 'calc(100dvh - 68px)' } }}
    >
      <Sidebar isCollapsed={false} />
    </Drawer>
  )
}
