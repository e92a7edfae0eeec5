import type { PageWords } from '../en/pages.ts'
import { account } from './account.ts'
import { job, many } from './job.ts'
import { keypair } from './keypair.ts'
import { log } from './log.ts'
import { policy } from './policy.ts'
import { domain, project } from './project.ts'
import { search } from './search.ts'
import { user } from './user.ts'

export const pages: PageWords = {
  account,
  domain,
  job,
  keypair,
  log,
  many,
  policy,
  project,
  search,
  user,
}
