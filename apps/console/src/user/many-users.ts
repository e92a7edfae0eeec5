import { JobRequest } from '@capstan/contract/job-request'
import type { User } from '@capstan/contract/user'
import type * as z from 'zod'

/** What stands in the fields of the form for many users. */
export interface ManyUsersValues {
  readonly prefix: string
  readonly count: number | string
  readonly first: number | string
  readonly emailDomain: string
  readonly csv: string
  readonly role: User['role']
  readonly policy: string
  readonly projects: string[]
  readonly isPasswordChangeRequired: boolean
}

export const blankMany: ManyUsersValues = {
  prefix: '',
  count: '',
  first: 1,
  emailDomain: '',
  csv: '',
  role: 'user',
  policy: 'default',
  projects: [],
  isPasswordChangeRequired: true,
}

/** Heads that a file may have, and a row. */
export const csvTemplate =
  '\uFEFFemail,name,fullName,password,description,role,projects,policy\r\nada@example.com,ada,Ada Lovelace,,,user,default,default\r\n'

/** The request that stands for the fields; none while one that is needed is empty or wrong. */
export function toRequest(
  from: 'pattern' | 'csv',
  { prefix, count, first, emailDomain, csv, projects, ...all }: ManyUsersValues,
): z.input<typeof JobRequest> | undefined {
  const source = from === 'csv' ? { from, csv } : { from, prefix, count, first, emailDomain }
  const defaults = { ...all, ...(projects.length > 0 && { projects }) }
  const request = { kind: 'user.create', source, defaults }
  // What the schema lets through is of its type.
  return JobRequest.safeParse(request).success ? (request as z.input<typeof JobRequest>) : undefined
}
