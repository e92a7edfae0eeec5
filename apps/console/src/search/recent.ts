const prefix = 'capstan.search.'

/** Where this browser keeps what somebody chose lately. */
export const recentKey = (accountId: string): string => prefix + accountId

/** However somebody came to be signed out, here or elsewhere, nothing of it is left behind. */
export function forgetRecent(): void {
  for (const key of Object.keys(localStorage))
    if (key.startsWith(prefix)) localStorage.removeItem(key)
}
