const first = [
  'amber',
  'brisk',
  'calm',
  'deep',
  'early',
  'fair',
  'gentle',
  'keen',
  'lucid',
  'merry',
  'noble',
  'quiet',
]
const second = [
  'anchor',
  'beacon',
  'breeze',
  'buoy',
  'cove',
  'harbor',
  'keel',
  'lagoon',
  'mast',
  'reef',
  'sail',
  'tide',
]

const pick = (words: readonly string[], random: number): string =>
  words[Math.floor(random * words.length)] ?? ''

/** A name to begin with, such as `calm-reef-42`. `random` gives numbers from 0 up to, not including, 1. */
export const suggestName = (random: () => number): string =>
  `${pick(first, random())}-${pick(second, random())}-${10 + Math.floor(random() * 90)}`
