// A payer's first day with Filecoin's SDK on the devnet: funds an account, stores pieces in a data set with the CDN,
// downloads them through the edge, reads what is left of the quota, and ends.
// Usage: node round-trip.mjs .filcdn/stack.json
// The last line is JSON: what was done, for whoever checks it.
import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { setTimeout as pause } from 'node:timers/promises'
import { downloadAndValidate, filbeamResolver, resolvePieceUrl } from '@filoz/synapse-core/piece'
import { Synapse } from '@filoz/synapse-sdk'
import { http, parseAbi, parseEther, toHex } from 'viem'
import { generatePrivateKey, privateKeyToAccount } from 'viem/accounts'
import { waitForTransactionReceipt, writeContract } from 'viem/actions'
import { devnetChain, devnetFetch } from './devnet.mjs'

const SERVED_WITHIN_MS = 120_000
const LOOK_EVERY_MS = 1_000

const stack = JSON.parse(await readFile(process.argv[2], 'utf8'))
globalThis.fetch = devnetFetch(stack)

const chain = devnetChain(stack)
const account = privateKeyToAccount(generatePrivateKey())
const options = { account, chain, transport: http(), source: 'round-trip', withCDN: true }
const synapse = Synapse.create(options)

// On the devnet FIL comes from its node, and USDFC is free for all.
await synapse.client.request({ method: 'anvil_setBalance', params: [account.address, toHex(parseEther('10'))] })
const mint = await writeContract(synapse.client, {
  address: chain.contracts.usdfc.address,
  abi: parseAbi(['function mint(address to, uint256 value)']),
  functionName: 'mint',
  args: [account.address, parseEther('100')],
})
await waitForTransactionReceipt(synapse.client, { hash: mint })

const first = randomBytes(300_001)
const second = randomBytes(70_000)

const { transaction } = await synapse.storage.prepare({ dataSize: BigInt(first.length) })
await transaction?.execute()
console.log('funded')

const { pieceCid, copies, complete } = await synapse.storage.upload(first, { pieceMetadata: { name: 'first.bin' } })
assert.ok(complete, 'the upload is complete')
const [{ dataSetId, isNewDataSet }] = copies
assert.ok(isNewDataSet, 'the first piece makes its data set')
console.log(`${pieceCid} is a piece of the new data set ${dataSetId}`)

const context = await synapse.storage.createContext({ dataSetId })
const again = await context.upload(second)
assert.equal(again.copies[0].isNewDataSet, false, 'the second piece goes into the same data set')

// Whoever has nothing but the payer's address and the piece finds it at the edge.
const edgeUrl = await served(() =>
  resolvePieceUrl({ client: synapse.client, address: account.address, pieceCid, resolvers: [filbeamResolver] }),
)
const throughTheEdge = await downloadAndValidate({ url: edgeUrl, expectedPieceCid: pieceCid })
assert.deepEqual(Buffer.from(throughTheEdge), first)
console.log(`downloaded from ${edgeUrl}`)

// A new instance has no provider at hand: it takes the edge or the provider, whichever answers first.
const elsewhere = Synapse.create(options)
assert.deepEqual(Buffer.from(await elsewhere.storage.download({ pieceCid })), first)
assert.deepEqual(Buffer.from(await context.download({ pieceCid: again.pieceCid })), second)

const stats = await synapse.filbeam.getDataSetStats(Number(dataSetId))
assert.ok(stats.cdnEgressQuota > 0n && stats.cacheMissEgressQuota > 0n, 'there is quota left')

const [found] = await synapse.storage.findDataSets()
assert.equal(found.dataSetId, dataSetId)
assert.equal(found.withCDN, true)
const stored = []
for await (const piece of context.getPieces()) stored.push(piece.pieceCid.toString())
assert.deepEqual(stored, [pieceCid.toString(), again.pieceCid.toString()])
const status = await context.pieceStatus({ pieceCid })
assert.equal(status.pieceId, copies[0].pieceId)

await waitForTransactionReceipt(synapse.client, { hash: await context.deletePiece({ piece: again.pieceCid }) })
assert.deepEqual(await context.getScheduledRemovals(), [again.copies[0].pieceId])
await waitForTransactionReceipt(synapse.client, { hash: await context.terminate() })

const quota = { cdn: stats.cdnEgressQuota.toString(), cacheMiss: stats.cacheMissEgressQuota.toString() }
console.log(
  JSON.stringify({ dataSetId: dataSetId.toString(), pieceCid: pieceCid.toString(), size: first.length, edgeUrl, quota }),
)

/** The first result of a look that is not nothing: a new data set is served after its blocks are deep enough. */
async function served(look) {
  const deadline = Date.now() + SERVED_WITHIN_MS
  for (;;) {
    try {
      return await look()
    } catch (error) {
      if (Date.now() > deadline) throw error
      await pause(LOOK_EVERY_MS)
    }
  }
}
