/** What a field for a time takes: `2026-01-02T03:04`, on this computer's clock. */
export function toLocal(time: string | undefined): string {
  if (time === undefined || time === '') return ''
  const date = new Date(time)
  const shifted = new Date(date.getTime() - date.getTimezoneOffset() * 60_000)
  return shifted.toISOString().slice(0, 16)
}

/** The time that stands in such a field; empty where there is none, or one with a year of five digits. */
export function toTime(local: string): string {
  const date = new Date(local)
  return Number.isNaN(date.getTime()) ? '' : date.toISOString()
}
