import type { NodeUsage } from '@capstan/contract/agent'

/** What seldom changes of a report, and is left out while the manager has it. */
export interface Seldom {
  /** As text, to be compared. */
  readonly images: string
  /** Of node and containers, by the look that found it. */
  readonly usage: NodeUsage
}

/**
 * What the manager has by the reports that it answered. One that was left open may be answered after a newer one: which of the
 * two it took last is not known then.
 */
export class Told {
  /** Reports are counted: which was the last that was sent, and the newest that was answered. */
  #sent = 0
  #answered = 0
  #imagesSent = ''
  #images = ''
  #usage: NodeUsage | undefined

  hasImages(images: string): boolean {
    return images === this.#images
  }

  hasUsage(usage: NodeUsage): boolean {
    return usage === this.#usage
  }

  /** A report goes out. Answers its number, for `answered`. */
  send({ images }: Pick<Seldom, 'images'>): number {
    const number = ++this.#sent
    // Other images than before: what the manager has of them is not known until it answers this one or a later one.
    if (images !== this.#imagesSent) {
      this.#answered = number
      this.#images = ''
    }
    this.#imagesSent = images
    return number
  }

  answered(number: number, { images, usage }: Seldom): void {
    if (number < this.#answered) {
      if (images !== this.#images) this.#images = ''
      return
    }
    this.#answered = number
    this.#images = images
    this.#usage = usage
  }

  /** The manager knows nothing any more, whatever it answers to former reports. */
  forget(): void {
    this.#answered = this.#sent
    this.#images = ''
    this.#usage = undefined
  }
}
