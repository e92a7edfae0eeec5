import type { Runtime } from '@capstan/contract/agent'
import { Text, Title } from '@mantine/core'
import { StatusBadge } from '../ui/StatusBadge.tsx'
import { usePageWords } from '../words/page-words.ts'

/** What each way of running sessions does and does not keep apart, in plain words. */
export function AgentIsolation({ runtimes }: { runtimes: readonly Runtime[] }) {
  const { w } = usePageWords()
  if (runtimes.length === 0) return null
  return (
    <section aria-label={w.agent.isolation}>
      <Title order={2}>{w.agent.isolation}</Title>
      <Text size="sm" c="dimmed" mb="sm">
        {w.agent.isolationHelp}
      </Text>
      {runtimes.map(runtime => (
        <div key={runtime.name}>
          <Title order={3} mb="xs">
            {w.agent.runtime[runtime.name]}
            <Text span size="sm" c="dimmed" fw={400}>
              {' '}
              {runtime.version}
            </Text>
          </Title>
          <ul className="isolation">
            {runtime.isolation.map(each => (
              <li key={each.aspect}>
                <StatusBadge
                  tone={each.isEnforced ? 'good' : 'warn'}
                  label={each.isEnforced ? w.agent.enforced : w.agent.notEnforced}
                />
                <div>
                  <strong>{each.aspect}</strong>
                  {each.note && (
                    <div style={{ color: 'var(--mantine-color-dimmed)' }}>{each.note}</div>
                  )}
                </div>
              </li>
            ))}
          </ul>
        </div>
      ))}
    </section>
  )
}
