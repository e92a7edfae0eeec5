import { closeSync, fstatSync, mkdirSync, openSync, renameSync, writeSync } from 'node:fs'
import { dirname } from 'node:path'

/** A log file that is set aside as `NAME.1` when it has grown to `mostBytes`; the one set aside before is dropped. */
export class RotatingLog {
  readonly path: string
  readonly #mostBytes: number
  #file: number
  #size: number

  constructor(path: string, mostBytes = 16 * 1024 * 1024) {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
    this.path = path
    this.#mostBytes = mostBytes
    this.#file = openSync(path, 'a', 0o600)
    this.#size = fstatSync(this.#file).size
  }

  write(chunk: Buffer | string): void {
    const bytes = typeof chunk === 'string' ? Buffer.from(chunk) : chunk
    if (this.#size > 0 && this.#size + bytes.length > this.#mostBytes) this.#rotate()
    try {
      writeSync(this.#file, bytes)
    } catch (error) {
      // A full disk must not end the programs whose words these are.
      if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error
    }
    this.#size += bytes.length
  }

  close(): void {
    closeSync(this.#file)
  }

  #rotate(): void {
    closeSync(this.#file)
    renameSync(this.path, `${this.path}.1`)
    this.#file = openSync(this.path, 'a', 0o600)
    this.#size = 0
  }
}
