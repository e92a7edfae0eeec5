/** Where to go after sign-in: a path of this console, never another site that a link tries to lead to. */
export function ownAddress(to: string | undefined): string {
  if (to === undefined || !/^\/(?![/\\])/.test(to) || to.startsWith('/sign-in')) return '/'
  return to
}
