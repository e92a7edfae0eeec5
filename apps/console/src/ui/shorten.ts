/** The first eight and the last four characters; what is not much longer stays whole. */
export const shorten = (id: string): string =>
  id.length > 16 ? `${id.slice(0, 8)}…${id.slice(-4)}` : id
