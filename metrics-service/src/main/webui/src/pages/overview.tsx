import type { ComponentChildren } from 'preact'
import { useLocation } from 'preact-iso'
import { type Answers, answers, type Dimension, latency, type Ranked, series, type Sums, top, topPieces, unbilled } from '../api'
import { Chart } from '../chart'
import { bytes, change, grouped, micros, percent } from '../exact'
import { Answer, Bytes, Count, Figure, Section, Share, Table, Title } from '../parts'
import { bucketsBefore, bucketsOf, fill, over, type Period, PERIODS, sum, USUAL } from '../period'
import { LIVE, usePolled } from '../polling'

/** The largest are found once a minute. */
const RANKED = 20_000

/** All that was served, when, how fast, and for whom. */
export function Overview() {
  const { query, route } = useLocation()
  const chosen = Object.hasOwn(PERIODS, query.period ?? '') ? (query.period as string) : USUAL
  const period = PERIODS[chosen] as Period
  return (
    <>
      <Title text="What was served" />
      <fieldset class="periods">
        <legend>The last</legend>
        {Object.entries(PERIODS).map(([key, { name }]) => (
          <label key={key}>
            <input
              type="radio"
              name="period"
              value={key}
              checked={key === chosen}
              onChange={() => route(key === USUAL ? '/' : `/?period=${key}`, true)}
            />
            {name}
          </label>
        ))}
      </fieldset>
      <Served period={period} />
      <FirstBytes period={period} />
      <Answered period={period} />
      <div class="halves">
        <Top title="Payers" dimension="payer" days={period.days} href={(payer) => `/payer/${payer}`} />
        <Top title="Data sets" dimension="data-set" days={period.days} href={(id) => `/audit/${id}`} />
        <Top title="Providers" dimension="provider" days={period.days} href={(id) => `/provider/${id}`} />
        <Top title="Countries" dimension="country" days={period.days} />
      </div>
      <TopPieces days={Math.min(8, period.days)} />
      <BilledToNobody />
    </>
  )
}

interface Of {
  buckets: number[]
  now: Sums[]
  before: Sums[]
  hits: Sums
  hitsBefore: Sums
}

async function served(period: Period, signal: AbortSignal): Promise<Of> {
  const buckets = bucketsOf(period, Date.now())
  const earlier = bucketsBefore(period, buckets)
  const first = earlier[0] ?? 0
  const end = (buckets.at(-1) ?? 0) + 1
  const read = (of: string) => series(of, period.by, first, end, signal)
  const [all, hit, collapsed] = await Promise.all([read('total/all'), read('outcome/hit'), read('outcome/collapsed')])
  return {
    buckets,
    now: fill(buckets, all),
    before: fill(earlier, all),
    hits: sum([...fill(buckets, hit), ...fill(buckets, collapsed)]),
    hitsBefore: sum([...fill(earlier, hit), ...fill(earlier, collapsed)]),
  }
}

function Served({ period }: { period: Period }) {
  const polled = usePolled(period.name, LIVE, (signal) => served(period, signal))
  return (
    <Section title={`The last ${period.name}, and the ${period.name} before`} room="chart">
      <Answer of={polled} what="what was served" every={LIVE}>
        {(of) => (
          <>
            <Figures {...of} />
            {sum(of.now).requests === 0n && <p>Nothing was served in this time.</p>}
            <Chart
              label="Egress and requests over time"
              times={of.buckets}
              inUtc={period.by === 'day'}
              lines={[
                { label: 'Egress', colour: '--line-egress', values: of.now.map((s) => s.egress), show: bytes, binary: true },
                {
                  label: 'Egress before',
                  colour: '--line-before',
                  values: of.before.map((s) => s.egress),
                  show: bytes,
                  binary: true,
                  dashed: true,
                },
                {
                  label: 'Requests',
                  colour: '--line-requests',
                  values: of.now.map((s) => s.requests),
                  show: grouped,
                  right: true,
                },
              ]}
            />
          </>
        )}
      </Answer>
    </Section>
  )
}

function Figures(of: Of) {
  const now = sum(of.now)
  const before = sum(of.before)
  const against = (pick: (sums: Sums) => bigint) => change(pick(over(of.now)), pick(over(of.before)))
  return (
    <dl class="figures">
      <Figure label="Egress" means="egress" note={against((s) => s.egress)}>
        <Bytes value={now.egress} name="egress" />
      </Figure>
      <Figure label="Requests" means="request" note={against((s) => s.requests)}>
        <Count value={now.requests} name="requests" />
      </Figure>
      <Figure label="Hit ratio, by bytes" means="hit ratio" note={`${percent(of.hitsBefore.egress, before.egress)} before`}>
        <data value={String(of.hits.egress)} data-name="hits" title={`${grouped(of.hits.egress)} bytes`}>
          {percent(of.hits.egress, now.egress)}
        </data>
      </Figure>
      <Figure label="From providers" means="cacheMissBytes" note={against((s) => s.miss)}>
        <Bytes value={now.miss} name="miss" />
      </Figure>
      <Figure label="Not billed" means="unbilled" note={against((s) => s.unbilled)}>
        <Bytes value={now.unbilled} name="unbilled" />
      </Figure>
    </dl>
  )
}

/** The hours for which the service keeps what it was told of single retrievals. */
const MOST_HOURS = 192

const hoursName = (hours: number) => (hours > 48 ? `${hours / 24} days` : `${hours} hours`)

function FirstBytes({ period }: { period: Period }) {
  const hours = Math.min(MOST_HOURS, period.days * 24)
  const polled = usePolled(`latency ${hours}`, LIVE, (signal) => latency(hours, undefined, signal))
  return (
    <Section title={`Time to the first byte, the last ${hoursName(hours)}`} room="figures">
      <Answer of={polled} what="the times to the first byte" every={LIVE}>
        {(times) => <Percentiles {...times} />}
      </Answer>
    </Section>
  )
}

const HOUR = 3_600_000

interface AnswersOf {
  answers: Answers[]
  /** Of as many hours before; absent where they are not kept. */
  before?: Answers[]
}

async function answered(hours: number, signal: AbortSignal): Promise<AnswersOf> {
  const end = Math.ceil(Date.now() / HOUR) * HOUR
  const from = end - hours * HOUR
  const now = answers(from, end, signal)
  if (2 * hours > MOST_HOURS) return { answers: await now }
  const [told, before] = await Promise.all([now, answers(from - hours * HOUR, from, signal)])
  return { answers: told, before }
}

const retrievals = (of: Answers[], pick: (one: Answers) => boolean) =>
  of.filter(pick).reduce((all, one) => all + one.retrievals, 0n)

const isError = ({ status }: Answers) => status >= 400

/** The answers to retrievals, and how many of them were an error. */
function Answered({ period }: { period: Period }) {
  const hours = Math.min(MOST_HOURS, period.days * 24)
  const polled = usePolled(`answers ${hours}`, LIVE, (signal) => answered(hours, signal))
  return (
    <Section title={`Answers, the last ${hoursName(hours)}`} room="table">
      <Answer of={polled} what="how retrievals were answered" every={LIVE}>
        {({ answers, before }) => (
          <>
            <dl class="figures">
              <Figure
                label="Refused or failed"
                means="refusal"
                {...(before !== undefined && { note: change(retrievals(answers, isError), retrievals(before, isError)) })}
              >
                <Count value={retrievals(answers, isError)} name="errors" />
              </Figure>
              <Figure label="Of all retrievals">{percent(retrievals(answers, isError), retrievals(answers, () => true))}</Figure>
            </dl>
            {answers.length === 0 ? (
              <p>Nothing was asked for in this time.</p>
            ) : (
              <Table
                label="Answers by status"
                head={['Status', 'Reason', 'Retrievals', ...(before === undefined ? [] : [`The ${hoursName(hours)} before`])]}
              >
                {answers.map((one) => (
                  <tr key={`${one.status} ${one.code}`}>
                    <th scope="row">{one.status === 0 ? 'none of HTTP' : one.status}</th>
                    <td>{one.code === undefined ? '–' : <code>{one.code}</code>}</td>
                    <td>
                      <Count value={one.retrievals} name={`answers-${one.status}-${one.code ?? ''}`} />
                    </td>
                    {before !== undefined && (
                      <td>
                        <Count value={retrievals(before, (other) => other.status === one.status && other.code === one.code)} />
                      </td>
                    )}
                  </tr>
                ))}
              </Table>
            )}
          </>
        )}
      </Answer>
    </Section>
  )
}

/** Times within which a part of all first bytes came. */
export function Percentiles(times: { p50?: number; p95?: number; p99?: number }) {
  if (times.p50 === undefined) {
    return <p>Nothing was fetched in this time.</p>
  }
  return (
    <dl class="figures">
      {(['p50', 'p95', 'p99'] as const).map((part) => {
        const time = times[part]
        return (
          <Figure key={part} label={`${part.slice(1)} % within`} means="time to the first byte">
            {time === undefined ? '–' : <data value={time} data-name={part}>{micros(time)}</data>}
          </Figure>
        )
      })}
    </dl>
  )
}

const within = (days: number) => (days === 1 ? 'today (UTC)' : `${days} days, today (UTC) included`)

interface TopProps {
  title: string
  dimension: Dimension
  days: number
  href?: (value: string) => string
}

function Top({ title, dimension, days, href }: TopProps) {
  const polled = usePolled(`${dimension} ${days}`, RANKED, (signal) => top(dimension, days, 10, signal))
  const name = (value: string) => (dimension === 'country' ? country(value) : <code>{value}</code>)
  return (
    <Section title={`${title}, ${within(days)}`}>
      <Answer of={polled} what={`the largest ${title.toLowerCase()}`} every={RANKED} lag="found anew once a minute">
        {(ranked) => (
          <Largest of={ranked} title={title} counted="Requests">
            {(value) => (href === undefined ? name(value) : <a href={href(value)}>{name(value)}</a>)}
          </Largest>
        )}
      </Answer>
    </Section>
  )
}

function TopPieces({ days }: { days: number }) {
  const polled = usePolled(`pieces ${days}`, RANKED, (signal) => topPieces(days, signal))
  return (
    <Section title={`Pieces, ${within(days)}`}>
      <Answer of={polled} what="the largest pieces" every={RANKED} lag="found anew once a minute">
        {(ranked) => (
          <Largest of={ranked} title="Pieces" counted="Retrievals">
            {(value) => <code>{value}</code>}
          </Largest>
        )}
      </Answer>
    </Section>
  )
}

const REASONS: Record<string, string> = {
  bot: 'The request carried the token of one of the operator\'s bots.',
  unverified: 'The fill failed verification: what a provider sent is not the piece.',
}

function BilledToNobody() {
  const polled = usePolled('unbilled', RANKED, unbilled)
  return (
    <Section title="Served and billed to nobody, since the beginning">
      <Answer of={polled} what="what is billed to nobody" every={RANKED}>
        {(sums) =>
          sums.length === 0 ? (
            <p>Nothing: no fill failed verification, and no bot fetched.</p>
          ) : (
            <Table label="Served and billed to nobody" head={['Because', 'Requests', 'Egress', 'From providers']}>
              {sums.map((sum) => (
                <tr key={sum.reason}>
                  <th scope="row">{REASONS[sum.reason] ?? sum.reason}</th>
                  <td>
                    <Count value={sum.requests} name={`${sum.reason}-requests`} />
                  </td>
                  <td>
                    <Bytes value={sum.bytes} name={`${sum.reason}-bytes`} />
                  </td>
                  <td>
                    <Bytes value={sum.fill} name={`${sum.reason}-fill`} />
                  </td>
                </tr>
              ))}
            </Table>
          )
        }
      </Answer>
    </Section>
  )
}

interface LargestProps {
  of: Ranked[]
  title: string
  counted: string
  children: (value: string) => ComponentChildren
}

function Largest({ of, title, counted, children }: LargestProps) {
  if (of.length === 0) return <p>None were served in this time.</p>
  const largest = of[0]?.egress ?? 0n
  return (
    <Table label={`The largest ${title.toLowerCase()}`} head={[title, 'Egress', counted]}>
      {of.map(({ value, egress, count }) => (
        <tr key={value}>
          <th scope="row">{children(value)}</th>
          <td>
            <Bytes value={egress} />
            <Share part={egress} largest={largest} />
          </td>
          <td>
            <Count value={count} />
          </td>
        </tr>
      ))}
    </Table>
  )
}

const COUNTRIES = new Intl.DisplayNames(undefined, { type: 'region', fallback: 'code' })

/** A country by its name; what is no country's code as it is. */
function country(code: string): string {
  try {
    return `${COUNTRIES.of(code)} (${code})`
  } catch {
    return code
  }
}
