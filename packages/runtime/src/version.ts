import { createRequire } from 'node:module'

const require = createRequire(import.meta.url)

/** Version of this installation. */
export const version = (require('../../../package.json') as { version: string }).version
