/** The character that a terminal gets for Ctrl and a letter: the letter's low five bits. */
export const controlOf = (letter: string): string =>
  // oxlint-disable-next-line no-bitwise
  String.fromCharCode(letter.charCodeAt(0) & 0x1f)
