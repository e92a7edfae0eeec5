/** Times of the API, as `2026-01-01T00:00:00.000Z`. */
const timePattern = /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z/g

/** The message of a reason for people: the times in it as `format` writes them, for those who read it where they are. */
export const readReason = (
  { message }: { readonly message: string },
  format: (at: Date) => string,
): string => message.replace(timePattern, text => format(new Date(text)))
