import './no-eval.ts'
import { AppError } from '@capstan/contract/errors'
import { MantineProvider } from '@mantine/core'
import { MutationCache, QueryCache, QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { RouterProvider } from '@tanstack/react-router'
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import '@mantine/core/styles.layer.css'
import './app.css'
import { Live } from './api/live.ts'
import { createConsoleRouter } from './router.tsx'
import { cssVariables, theme } from './theme.ts'
import { loadWords, WordsProvider } from './words/words.tsx'

/** Another try of a read helps only where the server was away, not where it refused. */
const mayHelp = (error: unknown): boolean =>
  !(error instanceof AppError) || error.code === 'unavailable'

function onError(error: unknown): void {
  if (error instanceof AppError && error.code === 'unauthenticated') toSignIn()
}

const queries = new QueryClient({
  queryCache: new QueryCache({ onError }),
  mutationCache: new MutationCache({ onError }),
  defaultOptions: {
    queries: {
      staleTime: 10_000,
      retry: (failures, error) => failures < 2 && mayHelp(error),
      refetchOnWindowFocus: false,
    },
  },
})
const live = new Live(queries)
const router = createConsoleRouter({ queries, live })

function toSignIn(): void {
  const { pathname, href } = router.state.location
  if (pathname === '/sign-in') return
  void router.navigate({ to: '/sign-in', search: { to: href, ended: true } })
}

const root = document.getElementById('root')
if (!root) throw new Error('the page has no element to show the console in')
const initial = await loadWords()
createRoot(root).render(
  <StrictMode>
    <MantineProvider theme={theme} cssVariablesResolver={cssVariables} defaultColorScheme="auto">
      <WordsProvider initial={initial}>
        <QueryClientProvider client={queries}>
          <RouterProvider router={router} />
        </QueryClientProvider>
      </WordsProvider>
    </MantineProvider>
  </StrictMode>,
)
