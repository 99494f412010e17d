// The devnet of ./filcdn up as Filecoin's SDK sees it, from what .filcdn/stack.json tells.
import { devnet } from '@filoz/synapse-sdk'
import { parseAbi } from 'viem'

// SDK 0.41 was made for the state view before FWSS 1.3.0, whose data sets have two more fields. It reads contracts by the
// ABIs of its chain, so that the chain can bring the ones of today.
const dataSets = parseAbi([
  'struct DataSetInfo { ' +
    'uint256 pdpRailId; uint256 cacheMissRailId; uint256 cdnRailId; address payer; address payee; ' +
    'address serviceProvider; uint256 commissionBps; uint256 clientDataSetId; uint256 pdpEndEpoch; uint256 providerId; ' +
    'uint96 pendingOneTimePayments; uint96 lifecycleReserveBalance; uint256 dataSetId; }',
  'function getDataSet(uint256 dataSetId) view returns (DataSetInfo info)',
  'function getClientDataSets(address client) view returns (DataSetInfo[] infos)',
  'function getClientDataSets(address client, uint256 offset, uint256 limit) view returns (DataSetInfo[] infos)',
])
const replaced = new Set(dataSets.map(({ name }) => name))
const stateViewAbi = [...devnet.contracts.fwssView.abi.filter(({ name }) => !replaced.has(name)), ...dataSets]

/** The chain to create a Synapse with. Its CDN is the edge of this machine. */
export function devnetChain(stack) {
  const { contracts } = devnet
  const at = stack.chain.contracts
  return {
    ...devnet,
    rpcUrls: { default: { http: [stack.chain.rpcUrl] } },
    contracts: {
      ...contracts,
      multicall3: { address: at.multicall3 },
      usdfc: { ...contracts.usdfc, address: at.token },
      filecoinPay: { ...contracts.filecoinPay, address: at.filecoinPay },
      fwss: { ...contracts.fwss, address: at.fwss },
      fwssView: { address: at.stateView, abi: stateViewAbi },
      serviceProviderRegistry: { ...contracts.serviceProviderRegistry, address: at.serviceProviderRegistry },
      pdp: { ...contracts.pdp, address: at.pdpVerifier },
      endorsements: { ...contracts.endorsements, address: at.endorsements },
    },
    filbeam: { retrievalDomain: `localhost:${new URL(stack.services.retrieval).port}` },
  }
}

/**
 * A fetch for the devnet, whose edge speaks plain HTTP, and where few machines find a host below localhost. It takes the
 * SDK's https://{payer}.localhost:{port}/{pieceCid} to http://localhost:{port}/{payer}/{pieceCid}, and what it asks the
 * hosted stats to the devnet's. All else it leaves alone.
 */
export function devnetFetch(stack, fetch = globalThis.fetch) {
  const { port } = new URL(stack.services.retrieval)
  return (input, init) => {
    const { protocol, host, hostname, pathname } = new URL(input.url ?? input)
    if (protocol === 'https:' && host.endsWith(`.localhost:${port}`)) {
      const [payer] = hostname.split('.')
      const url = `http://localhost:${port}/${payer}${pathname}`
      return fetch(input instanceof Request ? new Request(url, input) : url, init)
    }
    if (hostname.endsWith('stats.filbeam.com')) {
      return fetch(`${stack.services.metrics}${pathname}`, init)
    }
    return fetch(input, init)
  }
}
