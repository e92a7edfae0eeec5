/** Colours, cursor movements and titles that a program meant for a terminal. */
const escapes =
  // oxlint-disable-next-line no-control-regex
  /\u001B(?:\[[0-?]*[ -/]*[@-~]|\][^\u0007\u001B]*(?:\u0007|\u001B\\)|[@-Z\\-_])/g

/** A log as lines to read: without terminal sequences, and of a line that was written over, its last state. */
export function toLines(text: string): string[] {
  const lines = text.replace(escapes, '').replaceAll('\r\n', '\n').split('\n')
  if (lines.at(-1) === '') lines.pop()
  return lines.map(line => line.slice(line.replace(/\r+$/, '').lastIndexOf('\r') + 1))
}

/** Lines that hold `wanted`, whatever its case; all of them when nothing is wanted. */
export function matching(lines: readonly string[], wanted: string): readonly string[] {
  const text = wanted.trim().toLowerCase()
  return text ? lines.filter(line => line.toLowerCase().includes(text)) : lines
}

/** Lines in groups of at most `size`, so that the browser lays out only those in view. */
export const inGroups = (lines: readonly string[], size: number): string[] =>
  Array.from({ length: Math.ceil(lines.length / size) }, (_, index) =>
    lines.slice(index * size, (index + 1) * size).join('\n'),
  )
