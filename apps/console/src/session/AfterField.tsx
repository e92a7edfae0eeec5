import { type Session, sessionApi } from '@capstan/contract/session'
import { useAccount } from '../api/account.ts'
import { query } from '../api/call.ts'
import { FoundField } from '../ui/FoundField.tsx'
import { usePageWords } from '../words/page-words.ts'
import type { SessionFormApi } from './session-form.ts'

/** Which sessions have to end well before this one starts (SES-01). */
export function AfterField({ form }: { form: SessionFormApi }) {
  const { w } = usePageWords()
  const { email } = useAccount()
  const about = ({ name, status, userEmail }: Session): string =>
    [name, w.session.status[status], ...(userEmail === email ? [] : [userEmail])].join(' · ')
  return (
    <FoundField
      label={w.cluster.after}
      description={w.cluster.afterHelp}
      find={text => {
        const { queryKey, queryFn } = query(sessionApi.list, {
          state: 'live',
          limit: 20,
          ...(text !== '' && { name: text }),
        })
        return {
          queryKey: [...queryKey, 'awaited'],
          queryFn: async context => {
            const { items } = await queryFn(context)
            return items.map(session => ({ value: session.id, label: about(session) }))
          },
        }
      }}
      current={[]}
      value={form.values.after}
      error={form.errors['after']}
      onChange={after => {
        form.setFieldValue('after', after)
        form.clearFieldError('after')
      }}
    />
  )
}
