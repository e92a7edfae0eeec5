import { describeBytes } from '@capstan/core/slots'
import type { Slots } from '@capstan/contract/slots'

export const languages = ['en', 'ko'] as const
export type Language = (typeof languages)[number]

export const languageNames: Readonly<Record<Language, string>> = { en: 'English', ko: '한국어' }

export interface Format {
  readonly number: (value: number) => string
  /** `0.42` → `42%`. */
  readonly percent: (ratio: number) => string
  /** Binary units: `1.5 GiB`. */
  readonly bytes: (bytes: number) => string
  /** Wire amount of a slot without its name: cores, bytes, devices. */
  readonly amount: (slot: string, value: number) => string
  /** `3.5 / 8`, in one unit for both. */
  readonly share: (slot: string, used: number, capacity: number) => string
  /** `5 minutes ago`; below a minute in steps of five seconds, so that it need not change all the time. */
  readonly relative: (date: Date, now: Date) => string
  readonly dateTime: (date: Date) => string
  readonly time: (date: Date, withSeconds?: boolean) => string
  /** `2 h 5 m`; at most two units. */
  readonly duration: (seconds: number) => string
}

const byteUnits = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'] as const

/** The largest binary unit in which `bytes` is at least one. */
function unitOf(bytes: number): { unit: string; size: number } {
  const power = bytes < 1 ? 0 : Math.min(Math.floor(Math.log2(bytes) / 10), byteUnits.length - 1)
  return { unit: byteUnits[power] ?? 'B', size: 1024 ** power }
}

const relativeUnits = [
  { unit: 'day', seconds: 86_400 },
  { unit: 'hour', seconds: 3600 },
  { unit: 'minute', seconds: 60 },
] as const

const secondsStep = 5

/** Numbers, amounts and times in the manner of a language. */
export function formatFor(language: Language): Format {
  const plain = new Intl.NumberFormat(language, { maximumFractionDigits: 2 })
  const percent = new Intl.NumberFormat(language, { style: 'percent', maximumFractionDigits: 0 })
  const relative = new Intl.RelativeTimeFormat(language, { numeric: 'auto' })
  const dateTime = new Intl.DateTimeFormat(language, { dateStyle: 'medium', timeStyle: 'medium' })
  const time = new Intl.DateTimeFormat(language, { timeStyle: 'short' })
  const exactTime = new Intl.DateTimeFormat(language, { timeStyle: 'medium' })
  const narrow = (unit: string): Intl.NumberFormat =>
    new Intl.NumberFormat(language, { style: 'unit', unit, unitDisplay: 'narrow' })
  const parts = [...relativeUnits, { unit: 'second', seconds: 1 } as const].map(part => ({
    seconds: part.seconds,
    print: narrow(part.unit),
  }))
  return {
    number: value => plain.format(value),
    percent: ratio => percent.format(ratio),
    bytes: describeBytes,
    amount: (slot, value) => (slot === 'mem' ? describeBytes(value) : plain.format(value)),
    share: (slot, used, capacity) => {
      if (slot !== 'mem') return `${plain.format(used)} / ${plain.format(capacity)}`
      const { unit, size } = unitOf(capacity)
      return `${plain.format(used / size)} / ${plain.format(capacity / size)} ${unit}`
    },
    relative: (date, now) => {
      const seconds = (date.getTime() - now.getTime()) / 1000
      const fit = relativeUnits.find(each => Math.abs(seconds) >= each.seconds)
      return fit
        ? relative.format(Math.trunc(seconds / fit.seconds), fit.unit)
        : relative.format(Math.trunc(seconds / secondsStep) * secondsStep, 'second')
    },
    dateTime: date => dateTime.format(date),
    time: (date, withSeconds = false) => (withSeconds ? exactTime : time).format(date),
    duration: seconds => {
      const first = parts.findIndex(part => seconds >= part.seconds)
      if (first === -1) return parts.at(-1)?.print.format(0) ?? ''
      let rest = seconds
      return parts
        .slice(first, first + 2)
        .map(part => {
          const count = Math.floor(rest / part.seconds)
          rest -= count * part.seconds
          return count > 0 ? part.print.format(count) : ''
        })
        .filter(Boolean)
        .join(' ')
    },
  }
}

/** Slots in the order that people expect: CPU, memory, then accelerators by name. */
export function orderedSlots(...amounts: readonly Slots[]): string[] {
  const rank = (slot: string): number => ['cpu', 'mem'].indexOf(slot) + 1 || 3
  return [...new Set(amounts.flatMap(slots => Object.keys(slots)))].sort(
    (a, b) => rank(a) - rank(b) || a.localeCompare(b),
  )
}
