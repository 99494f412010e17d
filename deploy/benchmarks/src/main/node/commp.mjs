// The npm reference of CommP, as a process that hashes a file once a line of input:
// answers "bytes nanosecondsOfCpu rootInHex".
import { readFileSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { create } from 'fr32-sha2-256-trunc254-padded-binary-tree-multihash'

const STEP = 64 << 10
const ROOT = 32
const payload = new Uint8Array(readFileSync(process.argv[2]))
const micros = () => {
  const { user, system } = process.cpuUsage()
  return user + system
}

function hash() {
  const hasher = create()
  for (let at = 0; at < payload.length; at += STEP) {
    hasher.write(payload.subarray(at, at + STEP))
  }
  const digest = new Uint8Array(hasher.multihashByteLength())
  hasher.digestInto(digest, 0, true)
  hasher.free()
  return Buffer.from(digest.subarray(-ROOT)).toString('hex')
}

for await (const line of createInterface({ input: process.stdin })) {
  const start = micros()
  const root = hash()
  console.log(`${payload.length} ${(micros() - start) * 1000} ${root}`)
}
