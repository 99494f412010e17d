import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as CBOR from '@ipld/dag-cbor'
import { provedResponse } from '../example/proved.js'
import { proofOf, reference } from './reference.js'

const LOG2 = 10
const GROUP = 127 * 2 ** (LOG2 - 7)
const piece = reference(20 * GROUP + 77, 23)
const URL_OF_PIECE = `https://0x00.cdn.example/${piece.cid}`

/**
 * An edge as a fetch function.
 *
 * @param lie changes what a part is, or where it is from
 */
function edge({ proofs = true, inHeaders = true, lie = (from, to, bytes) => bytes } = {}) {
  const asked = []
  let known = proofs
  const proof = (group) => CBOR.encode(proofOf(piece, LOG2, group, 1))
  const fetch = async (url, { headers } = {}) => {
    asked.push(headers ? headers.Range : new URL(url).search)
    if (!headers) {
      const group = Math.floor(new URL(url).searchParams.get('first') / GROUP)
      const to = Math.min((group + 1) * GROUP, piece.raw.length) - 1
      return known
        ? new Response(proof(group), { headers: { 'Piece-Proof-Range': `${group * GROUP}-${to}` } })
        : new Response('', { status: 404, headers: { 'X-Error-Code': 'tree-unknown' } })
    }
    known = true
    const [from, to] = headers.Range.slice('bytes='.length).split('-').map(Number)
    const bytes = lie(from, to, piece.raw.slice(from, to + 1))
    const more = { 'Content-Type': 'video/mp4' }
    if (inHeaders) more['Piece-Proof'] = `:${Buffer.from(proof(from / GROUP)).toString('base64')}:`
    return new Response(bytes, { status: 206, headers: more })
  }
  return { fetch, asked }
}

const get = (fetch, range) =>
  provedResponse(new Request(URL_OF_PIECE, { headers: range ? { Range: range } : {} }), { fetch })

const bytesOf = async (response) => new Uint8Array(await response.arrayBuffer())

for (const inHeaders of [true, false]) {
  test(`a piece is given whole, proofs ${inHeaders ? 'in headers' : 'asked for'}`, async () => {
    const { fetch, asked } = edge({ inHeaders })
    const response = await get(fetch)
    assert.equal(response.status, 200)
    assert.equal(response.headers.get('Content-Length'), String(piece.raw.length))
    assert.deepEqual(await bytesOf(response), piece.raw)
    assert.equal(asked.length, inHeaders ? 22 : 42)
  })
}

test('ranges are given as asked for', async () => {
  const size = piece.raw.length
  for (const [range, first, last] of [
    ['bytes=0-0', 0, 0],
    [`bytes=${size - 1}-${size - 1}`, size - 1, size - 1],
    [`bytes=${GROUP - 1}-${GROUP}`, GROUP - 1, GROUP],
    [`bytes=${GROUP}-${2 * GROUP - 1}`, GROUP, 2 * GROUP - 1],
    [`bytes=${3 * GROUP + 5}-${9 * GROUP + 7}`, 3 * GROUP + 5, 9 * GROUP + 7],
    [`bytes=${19 * GROUP}-`, 19 * GROUP, size - 1],
    [`bytes=5-${size * 2}`, 5, size - 1],
    ['bytes=-100', size - 100, size - 1]
  ]) {
    const response = await get(edge().fetch, range)
    assert.equal(response.status, 206)
    assert.equal(response.headers.get('Content-Range'), `bytes ${first}-${last}/${size}`)
    assert.equal(response.headers.get('Content-Type'), 'video/mp4')
    assert.deepEqual(await bytesOf(response), piece.raw.slice(first, last + 1))
  }
  assert.equal((await get(edge().fetch, `bytes=${size}-`)).status, 416)
})

test('a query of the URL is the piece\'s, not its proofs\'', async () => {
  const { fetch, asked } = edge()
  const request = new Request(`${URL_OF_PIECE}?filename=a.mp4`, { headers: { Range: 'bytes=0-0' } })
  assert.deepEqual(await bytesOf(await provedResponse(request, { fetch })), piece.raw.slice(0, 1))
  assert.deepEqual(asked, ['?first=0&last=0', `bytes=0-${GROUP - 1}`])
})

test('a group is asked for once its reader wants it', async () => {
  const { fetch, asked } = edge()
  const reader = (await get(fetch)).body.getReader()
  assert.equal((await reader.read()).value.length, GROUP)
  assert.ok(asked.length <= 3, `${asked}`)
  await reader.cancel()
})

test('a piece that nobody has fetched is fetched first', async () => {
  const { fetch, asked } = edge({ proofs: false })
  assert.deepEqual(await bytesOf(await get(fetch, 'bytes=7-9')), piece.raw.slice(7, 10))
  assert.deepEqual(asked.slice(0, 3), ['?first=7&last=7', 'bytes=0-0', '?first=7&last=7'])
})

test('nothing of a wrong group is given, and what was before it is right', async () => {
  for (const wrong of [0, 7, 20]) {
    const { fetch } = edge({
      lie(from, to, bytes) {
        if (from === wrong * GROUP) bytes[bytes.length >> 1] ^= 1
        return bytes
      }
    })
    const given = []
    await assert.rejects(async () => {
      for await (const part of (await get(fetch)).body) given.push(...part)
    }, /expected bytes and hashes with the root/)
    assert.deepEqual(Uint8Array.from(given), piece.raw.slice(0, wrong * GROUP))
  }
})

test('right bytes from another place, fewer and more are refused', async () => {
  const moved = (group) => {
    const { fetch } = edge()
    // a proof and its bytes, both of the group behind
    return async (url, init) => init
      ? fetch(url, { headers: { Range: `bytes=${(group + 1) * GROUP}-${(group + 2) * GROUP - 1}` } })
      : fetch(url.replaceAll(`=${group * GROUP}`, `=${(group + 1) * GROUP}`))
  }
  await assert.rejects(get(moved(3), `bytes=${3 * GROUP}-`), /expected a proof of byte/)
  const { fetch } = edge()
  const swapped = (url, init) => init?.headers.Range.startsWith(`bytes=${GROUP}-`) ? moved(1)(url, init) : fetch(url, init)
  await assert.rejects(get(swapped).then(bytesOf), /expected bytes 1016 to 2031, found 2032 to 3047/)
  for (const lie of [(from, to, bytes) => bytes.slice(1), (from, to, bytes) => [...bytes, 0]]) {
    const { fetch } = edge({ lie: (from, to, bytes) => Uint8Array.from(lie(from, to, bytes)) })
    await assert.rejects(get(fetch, 'bytes=0-9'), /expected 1016 bytes of groups/)
  }
})

test('an edge that refuses is not taken for a piece', async () => {
  const refuses = async () => new Response('no-deal', { status: 402 })
  await assert.rejects(get(refuses), /found 402 no-deal/)
  const noRange = async () => new Response(new Uint8Array(9))
  await assert.rejects(get(noRange), /expected a proof of byte 0/)
})
