import type { Plugin } from 'vite'

const module = /[\\/]zod[\\/]v4[\\/]core[\\/](?:to-json-schema|json-schema-processors)\.js$/
const exported = /^export (?:const|function) (\w+)|^export \{ (\w+ as \w+) \}/gm

/**
 * Leaves out what zod's classes bring for writing JSON schemas, which the console never does: a tenth of what zod weighs.
 * Each name stays, as a function that answers nothing.
 */
export const leaveOutJsonSchema = (): Plugin => ({
  name: 'capstan-leave-out-json-schema',
  enforce: 'pre',
  transform(code, id) {
    if (!module.test(id)) return null
    const names = [...code.matchAll(exported)].map(([, own, renamed]) =>
      own === undefined ? `none as ${renamed!.split(' ').at(-1)}` : `none as ${own}`,
    )
    return { code: `const none = () => undefined\nexport { ${names.join(', ')} }\n`, map: null }
  },
})
