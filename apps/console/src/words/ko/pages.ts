import type { PageWords } from '../en/pages.ts'
import { account } from './account.ts'
import { keypair } from './keypair.ts'
import { policy } from './policy.ts'
import { domain, project } from './project.ts'
import { user } from './user.ts'

export const pages: PageWords = { account, domain, keypair, policy, project, user }
