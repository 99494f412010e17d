import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { mkdtempSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { Fr32, Piece, Tree } from '@web3-storage/data-segment'
import { groupLevel, makeTree } from '../tree.js'

const GROUP = 1_040_384

/** A piece, and the nodes of its tree that hold data at a level, by an independent implementation. */
function reference(size, level) {
  const raw = new Uint8Array(size).map((_, i) => (i * i) >> 5)
  const piece = Piece.fromPayload(raw)
  const filled = new Uint8Array(127 * 2 ** (piece.height - 2))
  filled.set(raw)
  const tree = Tree.build(Fr32.pad(filled))
  const at = level ?? piece.height
  const count = Math.ceil(size / (127 * 2 ** (at - 2)))
  const nodes = Array.from({ length: count }, (_, i) => tree.node(piece.height - at, i))
  return { raw, cid: piece.toString(), nodes: Buffer.concat(nodes) }
}

async function* parts(raw, length) {
  for (let at = 0; at < raw.length; at += length) {
    yield raw.subarray(at, at + length)
  }
}

test('the tree of a piece is the hashes of its groups, however its bytes come', async () => {
  const piece = reference(2 * GROUP + 5, 15)
  for (const length of [100_003, GROUP, piece.raw.length]) {
    const tree = await makeTree(piece.cid, parts(piece.raw, length))
    assert.deepEqual(Buffer.from(tree), piece.nodes)
  }
})

test('the tree of a small piece is its root', async () => {
  for (const size of [1, 127, 128, 5000]) {
    const piece = reference(size)
    assert.deepEqual(Buffer.from(await makeTree(piece.cid, parts(piece.raw, 64))), piece.nodes)
  }
})

test('bytes that are not the piece make no tree', async () => {
  const { raw, cid } = reference(5000)
  const wrong = raw.map((byte, i) => (i === 77 ? byte ^ 1 : byte))
  for (const bytes of [wrong, raw.subarray(1), new Uint8Array([...raw, 0]), new Uint8Array()]) {
    await assert.rejects(makeTree(cid, parts(bytes, 99)), /^Error: expected the 5000 bytes of /)
  }
})

test('groups are 1 MiB, larger in pieces over 2 GiB and smaller in smaller ones', () => {
  const full = (height) => [height, 127 * 2 ** (height - 2)]
  assert.equal(groupLevel(...full(26)), 15)
  assert.equal(groupLevel(27, full(26)[1] + 1), 16)
  assert.equal(groupLevel(...full(30)), 19)
  assert.equal(groupLevel(30, 1), 15)
  assert.equal(groupLevel(...full(9)), 9)
})

const script = fileURLToPath(new URL('../send-tree.js', import.meta.url))

/** The script's exit code and words. */
function run(...words) {
  return new Promise((resolve) =>
    execFile(process.execPath, [script, ...words], (error, out, err) =>
      resolve([error ? error.code : 0, out + err])
    )
  )
}

test('the script sends the tree of a file, and says what the edge says', async () => {
  const piece = reference(GROUP + 1, 15)
  const file = join(mkdtempSync(join(tmpdir(), 'tree-')), 'piece')
  writeFileSync(file, piece.raw)
  const came = []
  let status = 201
  const edge = createServer(async (request, response) => {
    const body = []
    for await (const part of request) {
      body.push(part)
    }
    came.push([request.method, request.url, Buffer.concat(body)])
    response.writeHead(status).end('No data set holds this piece.\n')
  })
  await new Promise((listening) => edge.listen(0, '127.0.0.1', listening))
  const url = `http://127.0.0.1:${edge.address().port}`

  assert.deepEqual(await run(url, piece.cid, file), [0, 'the edge has it now\n'])
  assert.deepEqual(came, [['PUT', `/trees/${piece.cid}`, piece.nodes]])
  status = 404
  const [code, words] = await run(url, piece.cid, file)
  assert.equal(code, 1)
  assert.match(words, /answers 404: No data set holds this piece\.$/m)
  assert.match((await run(url, piece.cid))[1], /expected filcdn-send-tree EDGE PIECE_CID FILE/)
  assert.match((await run(url, piece.cid, script))[1], /expected the 1040385 bytes of /)
  edge.close()
})
