import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import type { Locator } from '@playwright/test'
import { prepareZXingModule, readBarcodes } from 'zxing-wasm/reader'

const wasm = createRequire(import.meta.url).resolve('zxing-wasm/reader/zxing_reader.wasm')

/** What a phone's camera reads from a picture on the page. */
export async function scan(picture: Locator): Promise<string> {
  await prepareZXingModule({
    overrides: { wasmBinary: new Uint8Array(readFileSync(wasm)).buffer },
    fireImmediately: true,
  })
  const [code] = await readBarcodes(new Uint8Array(await picture.screenshot()), {
    formats: ['QRCode'],
  })
  if (!code) throw new Error('no code can be read')
  return code.text
}
