/** Delimiters that are told apart, the likeliest first. */
const delimiters = [',', ';', '\t', '|'] as const

/**
 * What a spreadsheet would take for the begin of a formula, half and full width, whatever quotes stand before it. Source:
 * OWASP, CSV injection.
 */
const formula = /^'*[=+\-@\t\r\n＝＋－＠]/

/** A text that no spreadsheet runs as a formula: a quote in front keeps it a text. */
export const neutralised = (text: string): string => (formula.test(text) ? `'${text}` : text)

/** The text that was neutralised. Others stay as they are. */
export const restored = (text: string): string =>
  text.startsWith("'") && formula.test(text.slice(1)) ? text.slice(1) : text

/** The delimiter of a CSV file: of those known the one that its first line has most of, outside of quotes. */
export function findDelimiter(text: string): string {
  const [head = ''] = text.replace(/"[^"]*"/g, '').split(/\r?\n/, 1)
  const counts = delimiters.map(delimiter => head.split(delimiter).length)
  return delimiters[counts.indexOf(Math.max(...counts))] ?? ','
}
