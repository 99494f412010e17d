/** The names of things that the API knows, read before they are put into a path. */

const PAYER = /^0x[0-9a-f]{40}$/
const DATA_SET = /^(?:(fwss|pandora)\/)?([0-9]{1,19})$/
const PROVIDER = /^(?:(?:fwss\/)?[0-9]{1,19}|pandora\/0x[0-9a-f]{40})$/
const PIECE = /^(?:bafkzcib|baga)[a-z2-7]{20,120}$/

export function payer(text: string): string | undefined {
  const written = text.trim().toLowerCase()
  return PAYER.test(written) ? written : undefined
}

export function dataSet(text: string): string | undefined {
  const written = text.trim()
  return DATA_SET.test(written) ? written : undefined
}

export function provider(text: string): string | undefined {
  const written = text.trim()
  return PROVIDER.test(written) ? written : undefined
}

/** A PieceCID, by its form alone. */
export function piece(text: string): string | undefined {
  const written = text.trim()
  return PIECE.test(written) ? written : undefined
}

/** Where a piece of a payer is fetched from, of a template with {payer} and {pieceCid}. */
export function pieceUrl(template: string, payer: string, pieceCid: string): string {
  return template.replaceAll('{payer}', payer).replaceAll('{pieceCid}', pieceCid)
}
