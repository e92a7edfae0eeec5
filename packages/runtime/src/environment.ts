import * as z from 'zod'

/** Values of the environment by a schema; every one that is wrong is named in the error, with its variable. */
export function readEnvironment<S extends z.ZodRawShape>(shape: S): z.output<z.ZodObject<S>> {
  const schema = z.object(shape)
  const given = Object.fromEntries(
    Object.keys(shape)
      .map(name => [name, process.env[name]] as const)
      .filter(([, value]) => value !== undefined && value !== ''),
  )
  const parsed = schema.safeParse(given)
  if (parsed.success) return parsed.data
  const problems = parsed.error.issues.map(issue => `${issue.path.join('.')}: ${issue.message}`)
  throw new Error(`The environment is not right: ${problems.join('; ')}`)
}

/** A port as a variable gives it. */
export const portVariable = z.coerce.number().int().min(0).max(65_535)
