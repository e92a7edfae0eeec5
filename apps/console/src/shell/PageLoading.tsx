import { Center, Loader } from '@mantine/core'
import { useWords } from '../words/words.tsx'

export function PageLoading() {
  const { w } = useWords()
  return (
    <Center h={240}>
      <Loader size="sm" aria-label={w.common.loading} />
    </Center>
  )
}
