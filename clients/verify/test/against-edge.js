/* Reads a piece of a real edge, {URL} {file with its bytes}, and holds what is given to the bytes. ProofIT runs it. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { provedResponse } from '../example/proved.js'

const [url, file] = process.argv.slice(2)
const bytes = new Uint8Array(readFileSync(file))

const get = (range, fetch = globalThis.fetch) =>
  provedResponse(new Request(url, { headers: range ? { Range: range } : {} }), { fetch })
const bytesOf = async (response) => new Uint8Array(await response.arrayBuffer())

const last = bytes.length - 1
for (const [first, end] of [[0, 0], [5, 2_000_000], [1_040_383, 1_040_384], [last, last], [0, last]]) {
  assert.deepEqual(await bytesOf(await get(`bytes=${first}-${end}`)), bytes.slice(first, end + 1))
}
assert.deepEqual(await bytesOf(await get()), bytes)

const flipped = async (address, init) => {
  const response = await fetch(address, init)
  const part = await bytesOf(response)
  if (init) part[part.length - 1] ^= 128
  return new Response(part, response)
}
await assert.rejects(get('bytes=0-9', flipped), /expected bytes and hashes with the root/)
