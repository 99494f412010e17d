/* A file that is written from its begin to its end, and knows where it stands. */
import { closeSync, openSync, writeSync } from 'node:fs'

export class Sink {
  #file
  /** The bytes written so far. */
  at = 0

  constructor(path) {
    this.#file = openSync(path, 'w')
  }

  /** Writes bytes, or a text in Latin-1. */
  write(part) {
    const bytes = typeof part === 'string' ? Buffer.from(part, 'latin1') : part
    for (let from = 0; from < bytes.length; ) {
      from += writeSync(this.#file, bytes, from)
    }
    this.at += bytes.length
  }

  close() {
    closeSync(this.#file)
  }
}
