import { latency, series, statement, statementPath, type Sums, supply } from '../api'
import { Chart } from '../chart'
import { bytes, change, grouped, percent } from '../exact'
import { provider as providerOf } from '../ids'
import { Amount, Answer, Bytes, Count, Figure, Section, Table, Title } from '../parts'
import { bucketsBefore, bucketsOf, fill, over, PERIODS, type Period, sum } from '../period'
import { LIVE, usePolled } from '../polling'
import { Percentiles } from './overview'

const STATEMENT = 20_000
const MONTH = PERIODS['30d'] as Period

/** The page of a provider: what it supplied, how fast, and what it is owed for it. */
export function ProviderPage({ generation, id }: { generation: string; id?: string }) {
  const given = id === undefined ? generation : `${generation}/${id}`
  const provider = providerOf(given)
  if (provider === undefined) {
    return (
      <Title text="No provider has this id">
        <p>{`Expected a number, or a generation and a number as in fwss/3, found "${given.slice(0, 100)}".`}</p>
      </Title>
    )
  }
  return (
    <>
      <Title text="Provider" of={provider} />
      <Supplied provider={provider} />
      <Verified provider={provider} />
      <Speed provider={provider} />
      <Earned provider={provider} />
    </>
  )
}

function Supplied({ provider }: { provider: string }) {
  const polled = usePolled(provider, LIVE, async (signal) => {
    const days = bucketsOf(MONTH, Date.now())
    const earlier = bucketsBefore(MONTH, days)
    const all = await series(`provider/${provider}`, 'day', earlier[0] ?? 0, Date.now(), signal)
    return { days, served: fill(days, all), before: fill(earlier, all) }
  })
  return (
    <Section title="The last 30 days, and the 30 days before" room="chart">
      <Answer of={polled} what="what was supplied" every={LIVE}>
        {({ days, served, before }) => {
          const all = sum(served)
          const against = (pick: (sums: Sums) => bigint) => change(pick(over(served)), pick(over(before)))
          return (
            <>
              <dl class="figures">
                <Figure label="Supplied and verified" means="cacheMissBytes" note={against((s) => s.miss)}>
                  <Bytes value={all.miss} name="miss" />
                </Figure>
                <Figure label="Requests that started a fetch" means="fill" note={against((s) => s.missRequests)}>
                  <Count value={all.missRequests} name="miss-requests" />
                </Figure>
                <Figure label="Egress of its data sets" means="egress" note={against((s) => s.egress)}>
                  <Bytes value={all.egress} name="egress" />
                </Figure>
                <Figure label="Requests" means="request" note={against((s) => s.requests)}>
                  <Count value={all.requests} name="requests" />
                </Figure>
              </dl>
              <Chart
                label="Supplied bytes and fetches over time"
                times={days}
                inUtc
                lines={[
                  { label: 'Supplied', colour: '--line-egress', values: served.map((s) => s.miss), show: bytes, binary: true },
                  {
                    label: 'Fetches',
                    colour: '--line-requests',
                    values: served.map((s) => s.missRequests),
                    show: grouped,
                    right: true,
                  },
                ]}
              />
            </>
          )
        }}
      </Answer>
    </Section>
  )
}

/** The part of a provider's bytes that was what it should be. */
function Verified({ provider }: { provider: string }) {
  const polled = usePolled(provider, LIVE, (signal) => supply(provider, signal))
  return (
    <Section title="Verified and not, since the beginning" room="figures">
      <Answer of={polled} what="what was verified" every={LIVE}>
        {(told) => (
          <dl class="figures">
            <Figure label="Verified share" means="verdict">
              {percent(told.verified, told.verified + told.unverified)}
            </Figure>
            <Figure label="Verified bytes" means="cacheMissBytes">
              <Bytes value={told.verified} name="verified" />
            </Figure>
            <Figure label="Bytes that failed" means="unbilled">
              <Bytes value={told.unverified} name="unverified" />
            </Figure>
            <Figure label="Requests that got such bytes" means="unbilled">
              <Count value={told.unverifiedRequests} name="faults" />
            </Figure>
          </dl>
        )}
      </Answer>
    </Section>
  )
}

function Speed({ provider }: { provider: string }) {
  const own = usePolled(provider, LIVE, (signal) => latency(24, provider, signal))
  const all = usePolled('all', LIVE, (signal) => latency(24, undefined, signal))
  return (
    <Section title="Time to the first byte, the last 24 hours">
      <h3>What this provider supplied</h3>
      <Answer of={own} what="the times to the first byte" every={LIVE}>
        {(times) => <Percentiles {...times} />}
      </Answer>
      <h3>All retrievals, those from the cache included</h3>
      <Answer of={all} what="the times to the first byte" every={LIVE}>
        {(times) => <Percentiles {...times} />}
      </Answer>
    </Section>
  )
}

function Earned({ provider }: { provider: string }) {
  const polled = usePolled(provider, STATEMENT, (signal) => statement(provider, signal))
  return (
    <Section title="Statement, since the beginning">
      <Answer of={polled} what="the statement" every={STATEMENT}>
        {(told) => (
          <>
            <dl class="figures">
              <Figure label="Reported bytes" means="rollup">
                <Bytes value={told.bytes} name="statement-bytes" />
              </Figure>
              <Figure label="Their price in USDFC" means="rail">
                <Amount value={told.owed} name="owed" />
              </Figure>
              <Figure label="Paid in USDFC" means="settle">
                <Amount value={told.settled} name="settled" />
              </Figure>
            </dl>
            {told.lines.length === 0 ? (
              <p>Nothing was reported of this provider yet.</p>
            ) : (
              <Table label="Statement by data set" head={['Data set', 'Reported bytes', 'Their price in USDFC', 'Paid in USDFC']}>
                {told.lines.map((line) => (
                  <tr key={line.dataSet}>
                    <th scope="row">
                      <a href={`/audit/${line.dataSet}`}>{line.dataSet}</a>
                    </th>
                    <td>
                      <Bytes value={line.bytes} />
                    </td>
                    <td>
                      <Amount value={line.owed} />
                    </td>
                    <td>
                      <Amount value={line.settled} />
                    </td>
                  </tr>
                ))}
              </Table>
            )}
            <p>
              <a href={statementPath(provider, 'csv')} download={`statement-${provider.replace('/', '-')}.csv`}>
                The statement as CSV
              </a>
            </p>
          </>
        )}
      </Answer>
    </Section>
  )
}
