import { gzipSync } from 'node:zlib'
import type { Plugin } from 'vite'

/** Smaller files gain nothing. Bytes. */
const leastBytes = 1000

/** Writes a gzipped copy beside each text file: the manager sends that one, and packs nothing while people wait. */
export const gzipped = (): Plugin => ({
  name: 'capstan-gzipped',
  generateBundle: {
    order: 'post',
    handler(_, bundle) {
      for (const file of Object.values(bundle)) {
        const text = file.type === 'chunk' ? file.code : file.source
        if (text.length < leastBytes || !/\.(?:js|css|svg)$/.test(file.fileName)) continue
        this.emitFile({
          type: 'asset',
          fileName: `${file.fileName}.gz`,
          source: gzipSync(text, { level: 9 }),
        })
      }
    },
  },
})
