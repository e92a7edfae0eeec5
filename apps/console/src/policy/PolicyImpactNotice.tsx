import { useDebouncedValue } from '@mantine/hooks'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { call } from '../api/call.ts'
import { Notice } from '../ui/Notice.tsx'
import { usePageWords } from '../words/page-words.ts'
import type { PolicyKind } from './policy.kinds.ts'

/** Before a change is saved: who follows the policy, and who is above the new limits already (POL-08). */
export function PolicyImpactNotice({
  kind,
  request,
}: {
  kind: PolicyKind
  /** The change; undefined while there is none. */
  request: Record<string, unknown> | undefined
}) {
  const { w } = usePageWords()
  const [asked] = useDebouncedValue(request, 300)
  const isWhole = asked !== undefined && kind.api.preview.input.safeParse(asked).success
  const { data } = useQuery({
    queryKey: [kind.api.preview.path, asked] as const,
    queryFn: ({ signal }) => call(kind.api.preview, asked, { signal }),
    enabled: isWhole,
    placeholderData: keepPreviousData,
  })
  if (!data || request === undefined) return null
  return (
    <Notice tone={data.overCount > 0 ? 'warn' : 'idle'}>
      <div>{w.policy.impact(kind.name, data.followerCount)}</div>
      {data.overCount > 0 && (
        <>
          <div>{w.policy.impactOver(data.overCount)}</div>
          <ul style={{ margin: '4px 0 0', paddingLeft: 20 }}>
            {data.over.map(({ follower, owner, message }) => (
              <li key={follower}>
                {owner} ({follower}): {message}
              </li>
            ))}
          </ul>
          {data.overCount > data.over.length && (
            <div>{w.policy.andMore(data.overCount - data.over.length)}</div>
          )}
        </>
      )}
    </Notice>
  )
}
