import { agent } from './agent.ts'
import type { PageWords } from '../en/pages.ts'
import { account } from './account.ts'
import { cluster } from './cluster.ts'
import { group } from './group.ts'
import { job, many } from './job.ts'
import { join } from './join.ts'
import { keypair } from './keypair.ts'
import { log } from './log.ts'
import { overview } from './overview.ts'
import { policy } from './policy.ts'
import { domain, project } from './project.ts'
import { scheduler } from './scheduler.ts'
import { search } from './search.ts'
import { service } from './service.ts'
import { turn } from './turn.ts'
import { user } from './user.ts'

export const pages: PageWords = {
  agent,
  account,
  cluster,
  domain,
  group,
  job,
  join,
  keypair,
  log,
  many,
  overview,
  policy,
  project,
  scheduler,
  search,
  service,
  turn,
  user,
}
