export interface Progress {
  readonly tell: (text: string) => void
  /** Nothing more comes: the line that was told last goes. */
  readonly end: () => void
}

/** One line on standard error that changes, for people at a terminal; nothing in a log file. */
export function openProgress(): Progress {
  const isShown = process.stderr.isTTY
  const write = (text: string): void => {
    if (isShown) process.stderr.write(`\r\u001b[K${text}`)
  }
  return { tell: write, end: () => write('') }
}
