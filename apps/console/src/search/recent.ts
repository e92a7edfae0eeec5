/** Where this browser keeps what somebody chose lately. */
export const recentKey = (accountId: string): string => `capstan.search.${accountId}`

/** Who signs out leaves nothing of it behind. */
export const forgetRecent = (accountId: string): void => {
  localStorage.removeItem(recentKey(accountId))
}
