import { IconLockExclamation } from '@tabler/icons-react'
import { Link } from '@tanstack/react-router'
import { useAccount } from '../api/account.ts'
import { useWords } from '../words/words.tsx'
import './shell.css'

/** Over every page, while somebody is asked to change their password (ACC-07). Nothing else is different. */
export function PasswordBar() {
  const { w } = useWords()
  if (!useAccount().isPasswordChangeRequired) return null
  return (
    <div className="top-bar" data-notice role="status">
      <IconLockExclamation size={16} aria-hidden />
      {w.shell.passwordBar}
      <Link to="/account" hash="password">
        {w.shell.passwordLink}
      </Link>
    </div>
  )
}
