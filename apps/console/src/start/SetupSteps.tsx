import { Paper, Text, Title } from '@mantine/core'
import { IconCheck } from '@tabler/icons-react'
import type { ReactNode } from 'react'
import { useMay } from '../api/account.ts'
import { useWords } from '../words/words.tsx'
import { AddImage } from './AddImage.tsx'
import { progressOf, type Setup } from './setup-steps.ts'

/** The way to a first session, step by step; gone when all of it is done. */
export function SetupSteps({ setup }: { setup: Setup }) {
  const { w } = useWords()
  const may = useMay()
  const progress = progressOf(setup)
  if (progress.isDone) return null
  return (
    <Paper className="surface start-card" component="section" aria-label={w.start.steps}>
      <Title order={2} mb="md">
        {w.start.steps}
      </Title>
      <ol className="steps">
        <Step number={1} isDone={progress.hasNode} title={w.start.node}>
          {progress.hasNode ? (
            w.start.nodes(setup.connectedAgents)
          ) : (
            <>
              {w.start.noNode}. {w.start.noNodeHelp}
            </>
          )}
        </Step>
        <Step
          number={2}
          isDone={progress.hasEnvironment && !progress.needsImage}
          title={w.start.environment}
        >
          {setup.localImages > 0 && <div>{w.start.local}</div>}
          {setup.containerImages > 0 && <div>{w.start.images(setup.containerImages)}</div>}
          {!progress.hasEnvironment && !progress.needsImage && <div>{w.start.nothingToRun}</div>}
          {progress.needsImage && (
            <>
              <div>
                {w.start.noImage}. {w.start.noImageHelp}
              </div>
              {may('image.install') ? (
                <AddImage canBuild={setup.buildAgents > 0} />
              ) : (
                <div>{w.start.noImageAsk}</div>
              )}
            </>
          )}
        </Step>
        <Step number={3} isDone={setup.hasProxy} title={w.start.proxy}>
          {setup.hasProxy ? w.start.proxyReady : w.start.noProxy}
        </Step>
        <Step number={4} isDone={progress.hasStarted} title={w.start.first}>
          {progress.hasStarted ? w.start.firstDone : w.start.firstHelp}
        </Step>
      </ol>
    </Paper>
  )
}

function Step({
  number,
  isDone,
  title,
  children,
}: {
  number: number
  isDone: boolean
  title: string
  children: ReactNode
}) {
  const { w } = useWords()
  return (
    <li className="step">
      <span className="step-sign" data-done={isDone || undefined}>
        {isDone ? <IconCheck size={16} aria-label={w.start.taskDone} /> : number}
      </span>
      <div>
        <Text fw={600} size="sm">
          {title}
        </Text>
        <Text size="sm" c="dimmed" component="div">
          {children}
        </Text>
      </div>
    </li>
  )
}
