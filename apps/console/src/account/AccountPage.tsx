import { Stack } from '@mantine/core'
import { PageHeader } from '../ui/PageHeader.tsx'
import { usePageWords } from '../words/page-words.ts'
import { OwnKeypairs } from './OwnKeypairs.tsx'
import { PasswordForm } from './PasswordForm.tsx'
import { ProfileForm } from './ProfileForm.tsx'
import { TwoFactor } from './TwoFactor.tsx'

/** What people see and change of themselves (ACC-08). */
export function AccountPage() {
  const { w } = usePageWords()
  return (
    <>
      <PageHeader title={w.account.title} purpose={w.account.purpose} />
      <Stack gap="lg" maw={760}>
        <ProfileForm />
        <PasswordForm />
        <TwoFactor />
        <OwnKeypairs />
      </Stack>
    </>
  )
}
