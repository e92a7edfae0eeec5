import { Center, Loader } from '@mantine/core'
import { useWords } from '../words/words.tsx'

export function PageLoading() {
  const { w } = useWords()
  return (
    <Center h={240} aria-busy>
      {/* Of itself it is no more than a box, which may not have a name. */}
      <Loader size="sm" role="progressbar" aria-label={w.common.loading} />
    </Center>
  )
}
