import { closeSync, fstatSync, mkdirSync, openSync, renameSync, writeSync } from 'node:fs'
import { dirname } from 'node:path'

/**
 * A log file that is set aside as `NAME.1` when it has grown to `mostBytes`; the one set aside
 * before is dropped. What the file system refuses is lost: it must not end the programs whose words these are.
 */
export class RotatingLog {
  readonly path: string
  readonly #mostBytes: number
  #file: number | undefined
  #size: number

  constructor(path: string, mostBytes = 16 * 1024 * 1024) {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
    this.path = path
    this.#mostBytes = mostBytes
    this.#file = openSync(path, 'a', 0o600)
    this.#size = fstatSync(this.#file).size
  }

  /** Words that come after the end are passed over: a program's last ones may arrive later than its end. */
  write(chunk: Buffer | string): void {
    if (this.#file === undefined) return
    const bytes = typeof chunk === 'string' ? Buffer.from(chunk) : chunk
    try {
      if (this.#size > 0 && this.#size + bytes.length > this.#mostBytes)
        this.#file = this.#rotated(this.#file)
      writeSync(this.#file, bytes)
    } catch {
      // A full disk, most often.
    }
    this.#size += bytes.length
  }

  close(): void {
    if (this.#file !== undefined) closeSync(this.#file)
    this.#file = undefined
  }

  /** The new file; the old one goes on where it cannot be made, until there is as much again. */
  #rotated(old: number): number {
    this.#size = 0
    try {
      renameSync(this.path, `${this.path}.1`)
      const file = openSync(this.path, 'a', 0o600)
      closeSync(old)
      return file
    } catch {
      return old
    }
  }
}
