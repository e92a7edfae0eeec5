/** Who uses the system under test. */
export const people = {
  admin: { email: 'admin@example.test', password: 'correct-horse-1' },
  user: { email: 'user@example.test', password: 'battery-staple-2' },
} as const

export const firstProject = 'default'
export const secondProject = 'vision'
export const tinyImage = 'capstan/tiny:1'
export const baseImage = 'capstan/base:1.0-py311-debian12'
