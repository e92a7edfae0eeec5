import { Kbd, Modal } from '@mantine/core'
import { modKey } from '../ui/mod-key.ts'
import { useWords } from '../words/words.tsx'

export function KeysHelp({ onClose }: { onClose: () => void }) {
  const { w } = useWords()
  const keys = [
    { keys: [`${modKey} + K`], text: w.keys.search },
    { keys: ['/'], text: w.keys.filter },
    { keys: ['↑', '↓'], text: w.keys.rows },
    { keys: ['U'], text: w.keys.undo },
    { keys: ['Esc'], text: w.keys.close },
    { keys: ['Ctrl + Shift + C', 'Ctrl + Shift + V'], text: w.keys.terminal },
    { keys: ['?'], text: w.keys.help },
  ]
  return (
    <Modal
      opened
      onClose={onClose}
      title={w.keys.title}
      closeButtonProps={{ 'aria-label': w.common.close }}
    >
      <table className="keys-table">
        <tbody>
          {keys.map(({ keys, text }) => (
            <tr key={text}>
              <th scope="row">{text}</th>
              <td>
                {keys.map(key => (
                  <Kbd key={key} mr={4}>
                    {key}
                  </Kbd>
                ))}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </Modal>
  )
}
