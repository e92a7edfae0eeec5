import * as z from 'zod'

const Action = z.object({
  action: z.string(),
  args: z.record(z.string(), z.unknown()).default({}),
  ref: z.string().optional(),
})
export type Action = z.infer<typeof Action>

/** An application's `/etc/backend.ai/service-defs/NAME.json` (formats.md). */
const ServiceDefinition = z.object({
  command: z.union([z.string(), z.array(z.string())]).optional(),
  shell: z.string().default('/bin/bash'),
  noop: z.boolean().default(false),
  prestart: z.array(Action).default([]),
  env: z.record(z.string(), z.coerce.string()).default({}),
})
export type ServiceDefinition = z.infer<typeof ServiceDefinition>

/** Throws with what is wrong, in words for the image's author. */
export function parseServiceDefinition(text: string): ServiceDefinition {
  let json: unknown
  try {
    json = JSON.parse(text)
  } catch (error) {
    throw new Error(`the service definition is not JSON: ${String(error)}`, { cause: error })
  }
  const parsed = ServiceDefinition.safeParse(json)
  if (parsed.success) return parsed.data
  throw new Error(`the service definition is not right: ${z.prettifyError(parsed.error)}`)
}

export type Variables = Readonly<Record<string, string | readonly string[] | readonly number[]>>

/** Fills `{name}`, `{ports[0]}` and `${{ name }}` in; what is not known stays as it stands. */
export const fill = (template: string, variables: Variables): string =>
  template
    .replace(
      /\$\{\{\s*([\w.]+)(?:\[(\d+)\])?\s*\}\}/g,
      (whole, name: string, at?: string) => value(variables, name, at) ?? whole,
    )
    .replace(
      /\{([A-Za-z_][\w.]*)(?:\[(\d+)\])?\}/g,
      (whole, name: string, at?: string) => value(variables, name, at) ?? whole,
    )

function value(variables: Variables, name: string, at: string | undefined): string | undefined {
  const found = variables[name]
  if (found === undefined) return undefined
  if (typeof found === 'string') return at === undefined ? found : undefined
  const item = found[Number(at ?? 0)]
  return item === undefined ? undefined : String(item)
}
