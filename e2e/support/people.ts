import { sessionImages } from '@capstan/testkit/session-image'

/** Who uses the system under test. */
export const people = {
  admin: { email: 'admin@example.test', password: 'correct-horse-1' },
  user: { email: 'user@example.test', password: 'battery-staple-2' },
} as const

export const firstProject = 'default'
export const secondProject = 'vision'
export const { tiny: tinyImage, base: baseImage } = sessionImages
