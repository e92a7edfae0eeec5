import { accountApi } from '@capstan/contract/account'
import { ActionIcon, Menu, Text } from '@mantine/core'
import {
  IconCheck,
  IconKeyboard,
  IconLogout,
  IconSettings,
  IconUserCircle,
} from '@tabler/icons-react'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useAccount } from '../api/account.ts'
import { call } from '../api/call.ts'
import { languageNames, languages } from '../words/format.ts'
import { useWords } from '../words/words.tsx'

/** Who is signed in, the language, and the way out. */
export function UserMenu({ onKeys }: { onKeys: () => void }) {
  const { w, language, setLanguage } = useWords()
  const account = useAccount()
  const queries = useQueryClient()
  const navigate = useNavigate()
  const signOut = useMutation({
    mutationFn: () => call(accountApi.signOut, {}),
    onSuccess: async () => {
      await navigate({ to: '/sign-in' })
      queries.clear()
    },
  })
  return (
    <Menu position="bottom-end" width={260}>
      <Menu.Target>
        <ActionIcon variant="subtle" color="gray" size="lg" aria-label={w.shell.account}>
          <IconUserCircle size={20} />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <div style={{ padding: '8px 12px' }}>
          <Text size="sm" fw={600} className="clip">
            {account.fullName || account.name}
          </Text>
          <Text size="sm" c="dimmed" className="clip">
            {account.email}
          </Text>
          <Text size="sm" c="dimmed">
            {w.shell.role[account.role]}
          </Text>
        </div>
        <Menu.Divider />
        <Menu.Item
          leftSection={<IconSettings size={16} aria-hidden />}
          onClick={() => {
            void navigate({ to: '/account' })
          }}
        >
          {w.shell.myAccount}
        </Menu.Item>
        <Menu.Divider />
        <Menu.Label>{w.shell.language}</Menu.Label>
        {languages.map(each => (
          <Menu.Item
            key={each}
            role="menuitemradio"
            aria-checked={each === language}
            lang={each}
            rightSection={each === language && <IconCheck size={14} aria-hidden />}
            onClick={() => {
              setLanguage(each)
            }}
          >
            {languageNames[each]}
          </Menu.Item>
        ))}
        <Menu.Divider />
        <Menu.Item leftSection={<IconKeyboard size={16} aria-hidden />} onClick={onKeys}>
          {w.shell.keys}
        </Menu.Item>
        <Menu.Item
          leftSection={<IconLogout size={16} aria-hidden />}
          onClick={() => {
            signOut.mutate()
          }}
        >
          {w.shell.signOut}
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  )
}
