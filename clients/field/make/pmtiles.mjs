/*
 * A PMTiles archive (version 3) of about SIZE bytes: all tiles of zoom 0 to 7, each with its number in its first four
 * bytes and random ones behind. Usage: pmtiles.mjs SIZE FILE
 */
import { randomFillSync } from 'node:crypto'
import { gzipSync } from 'node:zlib'
import { Sink } from './sink.mjs'

const [size, path] = process.argv.slice(2)
const MAX_ZOOM = 7
const HEADER = 127
const ENTRIES_OF_A_LEAF = 2048
const [NO_COMPRESSION, GZIP] = [1, 2]

const tiles = (4 ** (MAX_ZOOM + 1) - 1) / 3
const tile = Buffer.alloc(Math.max(8, Math.floor(Number(size) / tiles)))

/** The number in seven bits a byte, the lowest first. */
function varint(number) {
  const bytes = []
  for (; number > 127; number = Math.floor(number / 128)) {
    bytes.push((number % 128) | 128)
  }
  return [...bytes, number]
}

/** The form of a directory: its entries' ids as differences, run lengths, lengths, offsets plus one. */
function directory(entries) {
  const ids = entries.map(({ id }, i) => id - (i === 0 ? 0 : entries[i - 1].id))
  const bytes = [
    entries.length,
    ...ids,
    ...entries.map(({ run }) => run),
    ...entries.map(({ length }) => length),
    ...entries.map(({ offset }) => offset + 1)
  ].flatMap(varint)
  return gzipSync(Buffer.from(bytes))
}

const entries = Array.from({ length: tiles }, (_, id) => ({
  id,
  run: 1,
  length: tile.length,
  offset: id * tile.length
}))
const leaves = []
const root = []
let offset = 0
for (let from = 0; from < tiles; from += ENTRIES_OF_A_LEAF) {
  const leaf = directory(entries.slice(from, from + ENTRIES_OF_A_LEAF))
  leaves.push(leaf)
  root.push({ id: from, run: 0, length: leaf.length, offset })
  offset += leaf.length
}
const rootDirectory = directory(root)
const metadata = gzipSync('{}')

const header = Buffer.alloc(HEADER)
header.write('PMTiles\x03', 'latin1')
let section = HEADER
let field = 8
for (const length of [rootDirectory.length, metadata.length, offset, tiles * tile.length]) {
  header.writeBigUInt64LE(BigInt(section), field)
  header.writeBigUInt64LE(BigInt(length), field + 8)
  section += length
  field += 16
}
for (const count of [tiles, tiles, tiles]) {
  header.writeBigUInt64LE(BigInt(count), field)
  field += 8
}
// clustered, compression of directories and tiles, no known type of tiles, zooms
Buffer.from([1, GZIP, NO_COMPRESSION, 0, 0, MAX_ZOOM]).copy(header, field)
header.writeInt32LE(-1800000000, field + 6)
header.writeInt32LE(-850000000, field + 10)
header.writeInt32LE(1800000000, field + 14)
header.writeInt32LE(850000000, field + 18)

const sink = new Sink(path)
for (const part of [header, rootDirectory, metadata, ...leaves]) {
  sink.write(part)
}
for (const { id } of entries) {
  randomFillSync(tile).writeUInt32BE(id)
  sink.write(tile)
}
sink.close()
