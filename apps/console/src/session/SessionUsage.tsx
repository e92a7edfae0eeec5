import { sessionApi, type SessionDetails } from '@capstan/contract/session'
import { SimpleGrid, Skeleton, Text } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { lazy, Suspense } from 'react'
import { query } from '../api/call.ts'
import { ErrorPanel } from '../ui/ErrorPanel.tsx'
import { slotAmount } from '../ui/slot-words.ts'
import { useWords } from '../words/words.tsx'

/** Agents measure every few seconds; the plots keep up while they are looked at. */
const everyMs = 5000

const TimeChart = lazy(async () => ({ default: (await import('../ui/TimeChart.tsx')).TimeChart }))

/** Live plots of CPU and memory, container by container (SES-03). */
export function SessionUsage({ session }: { session: SessionDetails }) {
  const { w, f } = useWords()
  const answer = useQuery({
    ...query(sessionApi.usage, { id: session.id }),
    refetchInterval: session.status === 'running' ? everyMs : false,
  })
  if (answer.error && !answer.data) return <ErrorPanel error={answer.error} />
  if (!answer.data) return <Skeleton h={150} />
  const measured = answer.data.kernels.filter(kernel => kernel.samples.length > 0)
  if (measured.length === 0)
    return (
      <Text size="sm" c="dimmed">
        {w.session.usage.none}
      </Text>
    )
  const printCores = (cores: number): string => slotAmount('cpu', cores, w, f)
  return (
    <Suspense fallback={<Skeleton h={150} />}>
      {measured.map(kernel => {
        const times = kernel.samples.map(sample => new Date(sample.at).getTime() / 1000)
        const host = measured.length > 1 ? `${kernel.hostname} · ` : ''
        const cores = kernel.cpuMilliLimit / 1000
        return (
          <SimpleGrid key={kernel.kernelId} cols={{ base: 1, sm: 2 }} spacing="lg">
            <TimeChart
              label={`${host}${w.session.usage.cpu} · ${w.session.usage.limit(printCores(cores))}`}
              series={{
                label: w.session.usage.cpu,
                color: '--capstan-series-cpu',
                points: kernel.samples.map((sample, index) => ({
                  t: times[index] ?? 0,
                  value: sample.cpuMilli / 1000,
                })),
              }}
              limit={cores}
              print={printCores}
              printTime={f.time}
              syncKey={session.id}
            />
            <TimeChart
              label={`${host}${w.session.usage.mem} · ${w.session.usage.limit(f.bytes(kernel.memBytesLimit))}`}
              series={{
                label: w.session.usage.mem,
                color: '--capstan-series-mem',
                points: kernel.samples.map((sample, index) => ({
                  t: times[index] ?? 0,
                  value: sample.memBytes,
                })),
              }}
              limit={kernel.memBytesLimit}
              print={f.bytes}
              printTime={f.time}
              syncKey={session.id}
            />
          </SimpleGrid>
        )
      })}
    </Suspense>
  )
}
