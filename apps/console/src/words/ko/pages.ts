import type { PageWords } from '../en/pages.ts'
import { user } from './user.ts'

export const pages: PageWords = { user }
