#!/usr/bin/env node
// Makes the tree of a piece of its file and tells it an edge, so that ranges of it are fetched and checked alone from
// the first on.
import { createReadStream } from 'node:fs'
import { makeTree } from './tree.js'

const [edge, pieceCid, file] = process.argv.slice(2)

function fail(why) {
  console.error(`filcdn-send-tree: ${why}`)
  process.exit(1)
}

if (!file) {
  fail('expected filcdn-send-tree EDGE PIECE_CID FILE, as in https://cdn.example bafkzcib… video.mp4')
}
try {
  const tree = await makeTree(pieceCid, createReadStream(file, { highWaterMark: 1 << 20 }))
  const answer = await fetch(new URL(`/trees/${pieceCid}`, edge), {
    method: 'PUT',
    headers: { 'content-type': 'application/octet-stream' },
    body: tree,
  })
  if (!answer.ok) {
    fail(`the edge answers ${answer.status}: ${(await answer.text()).trim()}`)
  }
  console.log(answer.status === 201 ? 'the edge has it now' : 'the edge had it, or needs none')
} catch (error) {
  fail(error.cause?.message ?? error.message)
}
