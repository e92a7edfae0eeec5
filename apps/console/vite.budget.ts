import { gzipSync } from 'node:zlib'
import type { Plugin } from 'vite'

interface Chunk {
  readonly fileName: string
  readonly code: string
  readonly imports: readonly string[]
  readonly isEntry: boolean
  readonly facadeModuleId: string | null
}

/** Gzipped size of each script that must arrive before `page` shows: the entry's, the page's, and what both import. */
function sizesTo(page: string, chunks: ReadonlyMap<string, Chunk>): Map<string, number> {
  const sizes = new Map<string, number>()
  const visit = (chunk: Chunk): void => {
    if (sizes.has(chunk.fileName)) return
    sizes.set(chunk.fileName, gzipSync(chunk.code, { level: 9 }).length)
    for (const name of chunk.imports) {
      const next = chunks.get(name)
      if (next) visit(next)
    }
  }
  for (const chunk of chunks.values())
    if (chunk.isEntry || chunk.facadeModuleId?.endsWith(`/${page}`)) visit(chunk)
  return sizes
}

/** Prints what the first list costs to load, and fails the build when that is more than `limitKB` (1000 bytes, gzipped). */
export function budget({ page, limitKB }: { page: string; limitKB: number }): Plugin {
  return {
    name: 'capstan-budget',
    generateBundle(_, bundle) {
      const chunks = new Map<string, Chunk>()
      for (const file of Object.values(bundle))
        if (file.type === 'chunk') chunks.set(file.fileName, file)
      const sizes = sizesTo(page, chunks)
      const total = [...sizes.values()].reduce((sum, size) => sum + size, 0) / 1000
      for (const [name, size] of sizes) console.info(`${(size / 1000).toFixed(1)} kB  ${name}`)
      console.info(`${total.toFixed(1)} kB gzipped JavaScript to ${page} (at most ${limitKB})`)
      if (total > limitKB) this.error(`${page} needs ${total.toFixed(1)} kB, over ${limitKB} kB`)
    },
  }
}
