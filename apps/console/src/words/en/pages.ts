import { user } from './user.ts'

/** Words of pages that are fetched when they are opened, and these with them. */
export const pages = { user }

export type PageWords = typeof pages
