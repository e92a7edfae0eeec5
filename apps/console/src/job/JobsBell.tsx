import { jobApi } from '@capstan/contract/job'
import { ActionIcon, Group, Indicator, Popover, Stack, Text } from '@mantine/core'
import { IconBell } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { query } from '../api/call.ts'
import { TextLink } from '../ui/links.tsx'
import { usePageWords } from '../words/page-words.ts'
import { JobBadge, JobProgress } from './JobProgress.tsx'

/** The latest jobs with their progress, from every page. */
export function JobsBell() {
  const { w } = usePageWords()
  const [isOpen, setOpen] = useState(false)
  const { data } = useQuery(query(jobApi.list, { limit: 6 }))
  const jobs = data?.items ?? []
  const running = jobs.filter(({ endedAt }) => endedAt === null).length
  const label = running > 0 ? w.job.running(running) : w.job.bell
  return (
    <Popover
      opened={isOpen}
      onChange={setOpen}
      width={340}
      position="bottom-end"
      trapFocus
      returnFocus
    >
      <Indicator disabled={running === 0} label={running} size={16} offset={6}>
        <Popover.Target>
          <ActionIcon
            variant="subtle"
            color="gray"
            size="lg"
            aria-label={label}
            onClick={() => {
              setOpen(!isOpen)
            }}
          >
            <IconBell size={18} />
          </ActionIcon>
        </Popover.Target>
      </Indicator>
      <Popover.Dropdown aria-label={w.job.bell}>
        <Stack gap="md">
          {jobs.length === 0 && <Text size="sm">{w.job.none}</Text>}
          {jobs.map(job => (
            <div key={job.id}>
              <Group justify="space-between">
                <TextLink
                  to="/jobs/$jobId"
                  params={{ jobId: job.id }}
                  size="sm"
                  onClick={() => {
                    setOpen(false)
                  }}
                >
                  {w.job.kind[job.kind]}
                </TextLink>
                <JobBadge job={job} />
              </Group>
              <JobProgress job={job} />
            </div>
          ))}
          <TextLink
            to="/jobs"
            size="sm"
            onClick={() => {
              setOpen(false)
            }}
          >
            {w.job.all}
          </TextLink>
        </Stack>
      </Popover.Dropdown>
    </Popover>
  )
}
