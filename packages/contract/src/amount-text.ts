const unitBytes: Readonly<Record<string, number>> = {
  '': 1,
  k: 1024,
  m: 1024 ** 2,
  g: 1024 ** 3,
  t: 1024 ** 4,
}

/** Bytes of `512m`, `1.5g`, `2GiB`: binary units, any case. Undefined where it is no such amount. */
export function readBytes(text: string): number | undefined {
  const [, amount, unit] = /^(\d+(?:\.\d+)?)\s*([kmgt]?)(?:i?b)?$/i.exec(text.trim()) ?? []
  if (amount === undefined || unit === undefined) return undefined
  return Math.round(Number(amount) * unitBytes[unit.toLowerCase()]!)
}

const unitSeconds: Readonly<Record<string, number>> = {
  s: 1,
  m: 60,
  h: 3600,
  d: 86_400,
  w: 604_800,
}

/** Seconds of `90`, `15m`, `1h30m`, `7d`. Undefined where it is no such time. */
export function readSeconds(text: string): number | undefined {
  if (/^\d+$/.test(text)) return Number(text)
  if (!/^(?:\d+[smhdw])+$/i.test(text)) return undefined
  return Array.from(text.matchAll(/(\d+)([smhdw])/gi)).reduce(
    (sum, [, amount, unit]) => sum + Number(amount) * unitSeconds[unit!.toLowerCase()]!,
    0,
  )
}

/** Written where there is no limit. */
export const unlimited = 'unlimited'

/** Bytes as `readBytes` reads them back exactly: `64GiB`; a plain number where no unit goes into it. */
export function writeBytes(bytes: number): string | number {
  const fits = (unit: string): boolean => bytes > 0 && Number.isInteger(bytes / unitBytes[unit]!)
  const unit = ['t', 'g', 'm'].find(fits)
  return unit === undefined ? bytes : `${bytes / unitBytes[unit]!}${unit.toUpperCase()}iB`
}
