import { parsePieceCid, verifyRange } from '../index.js'

const LARGEST_GROUP = 2 ** 26

/**
 * The response to a request for a piece, of which each byte was proved before it is given. The edge need not be
 * believed: where it sends a wrong byte, the body ends in an error in front of the group that has it.
 *
 * @param {Request} request a GET of {edge}/{pieceCid v2}, with a range or without
 * @param {object} options
 * @param {typeof fetch} [options.fetch] how the edge is asked
 * @param {(range: {first: number, last: number, rawSize: number}) => void} [options.onProved] told of each group
 */
export async function provedResponse(request, options = {}) {
  const pieceCid = new URL(request.url).pathname.split('/').at(-1)
  const { rawSize } = parsePieceCid(pieceCid)
  const range = rangeOf(request.headers.get('Range'), rawSize)
  if (range.first > range.last) {
    return new Response(null, { status: 416, headers: { 'Content-Range': `bytes */${rawSize}` } })
  }
  const groups = provedGroups(request.url, pieceCid, range, { fetch, ...options })
  // of the first group before anything is said: where it is wrong, there is no response at all
  let { value: group } = await groups.next()
  const headers = {
    'Accept-Ranges': 'bytes',
    'Content-Length': String(range.last - range.first + 1),
    'Content-Type': group.contentType
  }
  if (range.partial) headers['Content-Range'] = `bytes ${range.first}-${range.last}/${rawSize}`
  const body = new ReadableStream({
    async pull(controller) {
      group ??= (await groups.next()).value
      if (!group) return controller.close()
      controller.enqueue(group.bytes)
      group = undefined
    },
    cancel: () => groups.return()
  }, { highWaterMark: 0 })
  return new Response(body, { status: range.partial ? 206 : 200, headers })
}

/** The range that a header names; all of the piece where it names none. */
function rangeOf(header, rawSize) {
  const [, first, last] = /^bytes=(\d*)-(\d*)$/.exec(header ?? '') ?? []
  if (!first && !last) return { first: 0, last: rawSize - 1, partial: false }
  if (!first) return { first: Math.max(0, rawSize - last), last: rawSize - 1, partial: true }
  return { first: Number(first), last: last ? Math.min(last, rawSize - 1) : rawSize - 1, partial: true }
}

/** The groups that hold a range, one after the other, cut to it. */
async function * provedGroups(url, pieceCid, { first, last }, { fetch, onProved = () => {} }) {
  const { rawSize } = parsePieceCid(pieceCid)
  let { proof, from, to } = await proofAt(url, first, fetch)
  const size = to - from + 1
  if (!(from <= first && to >= first && size <= LARGEST_GROUP)) {
    throw new Error(`expected a proof of byte ${first}, found one of ${from} to ${to}`)
  }
  while (true) {
    const part = await ok(fetch(url, { headers: { Range: `bytes=${from}-${to}` } }))
    // a part of whole groups brings its proof where that is at hand
    proof ??= inHeader(part) ?? (await proofAt(url, from, fetch)).proof
    const proved = await verifyRange(pieceCid, proof, await bytesOf(part))
    if (proved.first !== from || proved.last !== to) {
      // right bytes, from another place
      throw new Error(`expected bytes ${from} to ${to}, found ${proved.first} to ${proved.last}`)
    }
    onProved({ first: from, last: to, rawSize })
    yield {
      bytes: proved.bytes.subarray(Math.max(first, from) - from, Math.min(last, to) - from + 1),
      contentType: part.headers.get('Content-Type') ?? 'application/octet-stream'
    }
    if (to >= last) return
    proof = undefined
    from = to + 1
    to = Math.min(to + size, rawSize - 1)
  }
}

/** The proof of the group that holds a byte. */
async function proofAt(url, byte, fetch) {
  const proof = new URL(url)
  proof.pathname += '/proof'
  proof.search = `?first=${byte}&last=${byte}`
  const ask = () => fetch(proof.href)
  let answer = await ask()
  if (answer.headers.get('X-Error-Code') === 'tree-unknown') {
    // nobody has fetched this piece yet: a byte of it comes once all of it was verified, and then there are proofs
    await bytesOf(await ok(fetch(url, { headers: { Range: 'bytes=0-0' } })))
    answer = await ask()
  }
  await ok(answer)
  const [from, to] = (answer.headers.get('Piece-Proof-Range') ?? '').split('-').map(Number)
  return { proof: await bytesOf(answer), from, to }
}

function inHeader(part) {
  const header = part.headers.get('Piece-Proof')
  return header ? Uint8Array.from(atob(header.slice(1, -1)), (char) => char.charCodeAt(0)) : undefined
}

async function ok(answer) {
  const response = await answer
  if (!response.ok) {
    throw new Error(`expected ${response.url} to be there, found ${response.status} ${await response.text()}`)
  }
  return response
}

const bytesOf = async (response) => new Uint8Array(await response.arrayBuffer())
