import { type Bytes as Part, type DataSet, dataSetsOf, payerTotals, piecesOf, series, storage, type Sums, transactionsOf } from '../api'
import { lasts, monthly } from '../exact'
import { payer as payerOf, pieceUrl } from '../ids'
import { Amount, Answer, Bytes, Copyable, Count, EpochTime, Figure, Left, Paged, Section, Table, Time, Title, Unfolded, useNetwork } from '../parts'
import { bucketsOf, type Pace, pace as paceOf, PERIODS, type Period } from '../period'
import { PieceAt, PieceLink } from '../piece-link'
import { TopUp } from '../top-up'
import { LIVE, usePolled } from '../polling'

const PACE = 60_000
const WEEK = PERIODS['7d'] as Period

/** The time in which a first use is looked for. */
const KNOWN = PERIODS['30d'] as Period

/** The page of a payer: the use of his data sets, what is left, and what they store. */
export function PayerPage({ address: given }: { address: string }) {
  const address = payerOf(given)
  if (address === undefined) {
    return (
      <Title text="No payer has this address">
        <p>{`Expected 0x and 40 hex digits, found "${given.slice(0, 100)}".`}</p>
      </Title>
    )
  }
  return (
    <>
      <Title text="Payer" of={address} />
      <Totals address={address} />
      <DataSets address={address} />
      <Stored address={address} />
      <Links address={address} />
      <Refusals />
    </>
  )
}

function Totals({ address }: { address: string }) {
  const polled = usePolled(address, LIVE, (signal) => payerTotals(address, signal))
  return (
    <Section title="All data sets" room="figures">
      <Answer of={polled} what="what was served" every={LIVE}>
        {(totals) => (
          <dl class="figures">
            <Figure label="Egress" means="egress">
              <Bytes value={totals.egress} name="egress" />
            </Figure>
            <Figure label="From providers" means="cacheMissBytes">
              <Bytes value={totals.miss} name="miss" />
            </Figure>
            <Figure label="Requests" means="request">
              <Count value={totals.requests} name="requests" />
            </Figure>
            <Figure label="Egress left" means="quota">
              <Bytes value={totals.remainingCdn} name="remaining" />
            </Figure>
            <Figure label="Left from providers" means="quota">
              <Bytes value={totals.remainingMiss} name="remaining-miss" />
            </Figure>
          </dl>
        )}
      </Answer>
    </Section>
  )
}

/** Data sets, ten at a time as the service has them. */
function DataSets({ address }: { address: string }) {
  return (
    <Section title="What is left of each data set's quotas" room="chart">
      <Paged
        name={address}
        what="data sets"
        ask={(after, signal) => dataSetsOf(address, after, signal)}
        none="This payer has no data sets."
      >
        {(all) => all.map((dataSet) => <Quotas key={dataSet.id} of={dataSet} payer={address} />)}
      </Paged>
    </Section>
  )
}

/** Whether the contract takes money for a data set: it has the CDN, and rails that do not end. */
export function takesTopUps(of: DataSet): boolean {
  return of.withCdn && !of.deleted && of.id.startsWith('fwss/') && of.cdn.railEnds === undefined && of.cacheMiss.railEnds === undefined
}

function Quotas({ of, payer }: { of: DataSet; payer: string }) {
  const network = useNetwork().data
  const pace = usePolled(of.id, PACE, async (signal) => {
    const now = Date.now()
    return paceOf(WEEK, await series(`data-set/${of.id}`, 'day', bucketsOf(KNOWN, now)[0] ?? 0, now, signal), now)
  })
  return (
    <article aria-label={`Data set ${of.id}`}>
      <header>
        <a href={`/audit/${of.id}`}>
          Data set <code>{of.id}</code>
        </a>
        {of.provider !== undefined && (
          <>
            {' at '}
            <a href={`/provider/${of.provider}`}>
              provider <code>{of.provider}</code>
            </a>
          </>
        )}
        {!of.withCdn && ', without the CDN'}
        {of.deleted && ', deleted'}
      </header>
      <Quota label="Egress" name={`${of.id}-cdn`} part={of.cdn} pace={pace.data} pick={(s) => s.egress} perTib={network?.perTib.cdn} />
      <Quota
        label="From providers"
        name={`${of.id}-miss`}
        part={of.cacheMiss}
        pace={pace.data}
        pick={(s) => s.miss}
        perTib={network?.perTib.cacheMiss}
      />
      <Transactions dataSet={of.id} />
      <Pieces dataSet={of.id} payer={payer} template={network?.pieceUrl} />
      {network !== undefined && takesTopUps(of) && <TopUp dataSet={of.id} payer={payer} network={network} />}
    </article>
  )
}

/** The transactions that reported what a data set was served, or paid for it. */
function Transactions({ dataSet }: { dataSet: string }) {
  const clock = useNetwork().data
  return (
    <Unfolded summary={`Reports and payments of ${dataSet}`}>
      {() => (
        <Paged
          name={dataSet}
          what="transactions"
          ask={(after, signal) => transactionsOf(dataSet, after, signal)}
          none="Nothing of it was reported or paid yet."
        >
          {(all) => (
            <Table
              label={`Reports and payments of ${dataSet}`}
              head={['Up to, or in', 'Egress reported', 'From providers', 'Paid in USDFC', 'Paid for providers', 'Transaction']}
            >
              {all.map((one) => (
                <tr key={one.hash}>
                  <th scope="row">
                    <EpochTime epoch={one.epoch} clock={clock} />
                  </th>
                  <td>{one.cdn === 0n ? '–' : <Bytes value={one.cdn} />}</td>
                  <td>{one.miss === 0n ? '–' : <Bytes value={one.miss} />}</td>
                  <td>{one.cdnPaid === 0n ? '–' : <Amount value={one.cdnPaid} />}</td>
                  <td>{one.missPaid === 0n ? '–' : <Amount value={one.missPaid} />}</td>
                  <td>
                    <Copyable text={one.hash} label="the hash of the transaction" />
                  </td>
                </tr>
              ))}
            </Table>
          )}
        </Paged>
      )}
    </Unfolded>
  )
}

interface PiecesProps {
  dataSet: string
  payer: string
  /** The URL of pieces; absent where the operator told none. */
  template: string | undefined
}

/** The pieces of a data set, asked for once somebody wants to see them. */
function Pieces({ dataSet, payer, template }: PiecesProps) {
  const clock = useNetwork().data
  return (
    <Unfolded summary={`Pieces of ${dataSet}`}>
      {() => (
        <Paged
          name={dataSet}
          what="pieces"
          ask={(after, signal) => piecesOf(dataSet, after, signal)}
          none="The data set has no pieces."
        >
          {(all) =>
            all.map((piece) => (
              <Unfolded key={piece.id} summary={`Piece ${piece.id}: ${piece.cid}`}>
                {() => (
                  <>
                    <p>
                      {piece.bytes !== undefined && (
                        <>
                          <Bytes value={piece.bytes} name={`piece-${piece.id}`} />
                          {', '}
                        </>
                      )}
                      in the data set since <Time at={piece.since} clock={clock} />.
                    </p>
                    {template !== undefined && <PieceAt url={pieceUrl(template, payer, piece.cid)} />}
                  </>
                )}
              </Unfolded>
            ))
          }
        </Paged>
      )}
    </Unfolded>
  )
}

interface QuotaProps {
  label: string
  name: string
  part: Part
  /** The pace of the last days; absent until it is known. */
  pace: Pace | undefined
  pick: (sums: Sums) => bigint
  perTib: bigint | undefined
}

function Quota({ label, name, part, pace, pick, perTib }: QuotaProps) {
  const used = pace && pick(pace.served)
  const days = pace?.count ?? WEEK.count
  const clock = useNetwork().data
  return (
    <div>
      <strong>{label}</strong>: <Bytes value={part.remaining} name={`${name}-remaining`} /> left of{' '}
      <Bytes value={part.granted} name={`${name}-granted`} />, <Bytes value={part.used} name={`${name}-used`} /> used
      {used !== undefined && `; ${lasts(part.remaining, used, days)}`}
      <Left label={label} left={part.remaining} all={part.granted} />
      <p class="money">
        Costs <Amount value={part.cost} name={`${name}-cost`} /> USDFC so far
        {used !== undefined && perTib !== undefined && (
          <>
            , and <Amount value={monthly(used, days, perTib)} name={`${name}-monthly`} /> in 30 days at the pace of the last{' '}
            {days === 1 ? 'day' : `${days} days`}
          </>
        )}
        . Reported: <Bytes value={part.reported} name={`${name}-reported`} />; settled:{' '}
        <Amount value={part.settled} name={`${name}-settled`} />; owed: <Amount value={part.owed} name={`${name}-owed`} /> USDFC.
        {part.railEnds !== undefined && (
          <>
            {' '}
            Its rail ends: <EpochTime epoch={part.railEnds} clock={clock} />.
          </>
        )}
      </p>
    </div>
  )
}

function Stored({ address }: { address: string }) {
  const every = 20_000
  const polled = usePolled(address, every, (signal) => storage(address, signal))
  return (
    <Section title="Storage">
      <Answer of={polled} what="what is stored" every={every}>
        {(stored) => (
          <>
            <dl class="figures">
              <Figure label="Pieces" means="piece">
                <Count value={stored.pieces} name="pieces" />
              </Figure>
              <Figure label="Stored" means="placement">
                <Bytes value={stored.bytes} name="stored" />
              </Figure>
            </dl>
            {stored.uploads.length === 0 ? (
              <p>Nothing was placed in the last 30 days.</p>
            ) : (
              <details>
                <summary>Placed in the last 30 days</summary>
                <Table label="Placed in the last 30 days" head={['Day (UTC)', 'Pieces', 'Bytes']}>
                  {stored.uploads.map((day) => (
                    <tr key={day.day}>
                      <th scope="row">{day.day}</th>
                      <td>
                        <Count value={day.pieces} />
                      </td>
                      <td>
                        <Bytes value={day.bytes} />
                      </td>
                    </tr>
                  ))}
                </Table>
              </details>
            )}
          </>
        )}
      </Answer>
    </Section>
  )
}

function Links({ address }: { address: string }) {
  const { data } = useNetwork()
  if (data?.pieceUrl === undefined) return null
  return (
    <Section title="The URL of a piece">
      <PieceLink template={data.pieceUrl} payer={address} />
    </Section>
  )
}

const REFUSALS: [code: string, meaning: string, what: string][] = [
  ['cdn-quota-exhausted', 'The data set has not paid for so many bytes.', 'Top up the data set, for egress.'],
  [
    'cache-miss-quota-exhausted',
    'The piece is not cached, and fetching it from a provider is not paid for.',
    'Top up the data set, for bytes from providers. What is cached is served all the same.',
  ],
  ['cdn-off', 'The data sets with the piece were made without the CDN.', 'Store it in a data set that is made with the CDN.'],
  ['no-deal', 'Somebody else has the piece in a data set, this payer has not.', 'Store it under this payer, or ask under the other.'],
  [
    'rail-ended',
    'The rail that pays for the CDN or for storage has ended, or ends too soon to settle.',
    'Ended rails stay so: store the piece in a new data set.',
  ],
  ['cache-miss-rail-ended', 'The piece is not cached, and the rail for fetching it has ended.', 'Store the piece in a new data set.'],
  ['report-blocked', 'A report on chain ends in the future; until then nothing that is served could be reported.', 'Wait.'],
  [
    'data-set-provisional',
    'The data set is so new that a reorganisation of the chain could still take it back.',
    'Wait: minutes on Filecoin, half a minute on a devnet.',
  ],
  ['quota-reserved', 'Responses under way hold what is left of the quota.', 'Ask again in a moment, or top up.'],
  ['key-needed', 'The policy lets those fetch who show a key.', 'Send a key of this payer, or change the policy.'],
  ['signed-url-needed', 'The policy lets those fetch who have a signed URL.', 'Sign one, or change the policy.'],
  ['signed-token-expired', 'The time of the signed URL is over.', 'Sign another.'],
  ['key-revoked', 'The key was taken back.', 'Make another key.'],
  ['key-bytes-exhausted', 'The key has fetched what it may in this day or month.', 'Wait, or make a key with a higher limit.'],
  ['policy-bytes-exhausted', 'What the policy allows in a day was served.', 'Wait, or sign a policy with a higher limit.'],
  ['policy-origin', 'The policy names the pages that may fetch, and this is none of them.', 'Add its origin to the policy.'],
  ['gated-proof-needed', 'The data set is gated.', 'Send a proof of a wallet that its payer let in.'],
]

function Refusals() {
  return (
    <Section title="When a fetch is refused">
      <p>
        A refusal is never billed, and says its code in the header <code>X-Error-Code</code>. A top-up is paid from
        what the payer has in Filecoin Pay; each data set above prepares the call. It counts once the block is indexed.
        These are the codes that a payer can do something about; the answer itself explains any other.
      </p>
      <Table label="Refusals" head={['Code', 'Means', 'What helps']}>
        {REFUSALS.map(([code, meaning, what]) => (
          <tr key={code}>
            <th scope="row">
              <code>{code}</code>
            </th>
            <td>{meaning}</td>
            <td>{what}</td>
          </tr>
        ))}
      </Table>
    </Section>
  )
}
