import { useState } from 'preact/hooks'
import { age } from '../exact'
import {
  Amount,
  Answer,
  Bytes,
  Copyable,
  Count,
  EpochTime,
  ExactBytes,
  Failed,
  Figure,
  Paged,
  Section,
  Surely,
  Table,
  Time,
  Title,
  useAction,
  useNetwork,
} from '../parts'
import { LIVE, useNow, usePolled } from '../polling'
import {
  backlog,
  isOfSetAsides,
  keepToken,
  operator,
  order,
  type Order,
  type Plan,
  planned,
  reconciliation,
  setAsides,
  type Transaction,
  transactions,
} from '../settlement'

const SLOW = 10_000

/** The page of what was reported and paid on chain, and of what is not yet. */
export function SettlementPage() {
  return (
    <>
      <Title text="Settlement">
        <p>What was served is reported on chain, and what is owed for it is moved along rails, in transactions of the operator's.</p>
      </Title>
      <Open />
      <Reconciled />
      <Transactions />
      <SetAsides />
      <Operators />
    </>
  )
}

function Open() {
  const clock = useNetwork().data
  const now = useNow()
  const polled = usePolled('backlog', LIVE, backlog)
  return (
    <Section title="Not done yet" room="table">
      <Answer of={polled} what="what is not reported and paid" every={LIVE}>
        {({ unreported, waitingSince, deadlines }) => (
          <>
            <dl class="figures">
              <Figure label="Unreported egress" means="backlog">
                <Bytes value={unreported.cdn} name="unreported-cdn" />
              </Figure>
              <Figure label="Unreported from providers" means="backlog">
                <Bytes value={unreported.miss} name="unreported-miss" />
              </Figure>
              <Figure label="The oldest of it" means="toEpoch">
                {unreported.oldest === undefined ? 'none' : <EpochTime epoch={unreported.oldest} clock={clock} name="oldest" />}
              </Figure>
              <Figure label="A transaction waits since" means="signed">
                {waitingSince === undefined ? (
                  'none waits'
                ) : (
                  <>
                    <Time at={waitingSince} clock={clock} />
                    <small>{age((now - waitingSince) / 1000)}</small>
                  </>
                )}
              </Figure>
            </dl>
            {deadlines.length === 0 ? (
              <p>No rail ends along which something is owed, or will be.</p>
            ) : (
              <Table
                label="Rails that end next"
                head={['Data set', 'Rail', 'Ends', 'Owed, in USDFC', 'Unreported bytes']}
              >
                {deadlines.map((rail) => (
                  <tr key={`${rail.dataSet} ${rail.rail}`}>
                    <th scope="row">
                      <a href={`/audit/${rail.dataSet}`}>{rail.dataSet}</a>
                    </th>
                    <td>{rail.rail}</td>
                    <td>
                      <EpochTime epoch={rail.end} clock={clock} />
                    </td>
                    <td>
                      <Amount value={rail.owed} />
                    </td>
                    <td>
                      <Bytes value={rail.unreported} />
                    </td>
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

const ROWS = [
  ['odometer', 'Odometer', 'what was counted'],
  ['reported', 'Reported', 'what stands on chain'],
  ['ownOpen', 'On its way', 'in reports that the index does not show yet'],
  ['due', 'Due', 'to be reported'],
] as const

function Reconciled() {
  const clock = useNetwork().data
  const polled = usePolled('reconciliation', SLOW, reconciliation)
  return (
    <Section title="Reconciliation" room="chart">
      <Answer of={polled} what="the last comparison" every={SLOW}>
        {(found) => (
          <>
            <p>
              {found.differences === 0 ? 'All agrees: ' : `${found.differences} ${found.differences === 1 ? 'difference' : 'differences'}: `}
              odometers, ledger, index and contract of <Count value={BigInt(found.dataSets)} name="compared" /> data sets were compared{' '}
              <Time at={found.at} clock={clock} />, at block {found.block}.
            </p>
            {found.listed.length > 0 && (
              <Table label="Differences" head={['Data set', 'Of', 'Expected and found']}>
                {found.listed.map((one) => (
                  <tr key={`${one.dataSet} ${one.kind}`}>
                    <th scope="row">
                      <a href={`/audit/${one.dataSet}`}>{one.dataSet}</a>
                    </th>
                    <td>{one.kind}</td>
                    <td>{one.message}</td>
                  </tr>
                ))}
              </Table>
            )}
            <Table label="Sums of all data sets" head={['Sum', 'Egress', 'From providers', 'Is']}>
              {ROWS.map(([key, name, means]) => (
                <tr key={key}>
                  <th scope="row">{name}</th>
                  <td>
                    <ExactBytes value={found.bytes[key].cdn} name={`all-${key}-cdn`} />
                  </td>
                  <td>
                    <ExactBytes value={found.bytes[key].miss} name={`all-${key}-miss`} />
                  </td>
                  <td>{means}</td>
                </tr>
              ))}
              <tr>
                <th scope="row">Owed, in USDFC</th>
                <td>
                  <Amount value={found.owed.cdn} name="all-owed-cdn" />
                </td>
                <td>
                  <Amount value={found.owed.miss} name="all-owed-miss" />
                </td>
                <td>by the contract</td>
              </tr>
              <tr>
                <th scope="row">Settled, in USDFC</th>
                <td>
                  <Amount value={found.settled.cdn} name="all-settled-cdn" />
                </td>
                <td>
                  <Amount value={found.settled.miss} name="all-settled-miss" />
                </td>
                <td>by the index</td>
              </tr>
            </Table>
          </>
        )}
      </Answer>
    </Section>
  )
}

function Transactions() {
  return (
    <Section title="Transactions, the newest first" room="chart">
      <Paged name="transactions" what="transactions" ask={transactions} none="There are none.">
        {(all) => (
          <Table
            label="Transactions"
            head={['Number', 'Does', 'State', 'Signed', 'Data sets', 'Nonce', 'Attempts', 'Fee, in FIL', 'Hash']}
          >
            {all.map((one) => (
              <Row key={one.id} of={one} />
            ))}
          </Table>
        )}
      </Paged>
    </Section>
  )
}

function Row({ of }: { of: Transaction }) {
  const clock = useNetwork().data
  const now = useNow()
  return (
    <tr>
      <th scope="row">{of.id}</th>
      <td>{of.activity}</td>
      <td>{of.state}</td>
      <td>
        <Time at={of.signedAt} clock={clock} />
        {of.closedAt === undefined && <small>{` open, ${age((now - of.signedAt) / 1000)}`}</small>}
      </td>
      <td>{of.dataSets}</td>
      <td>{of.nonce}</td>
      <td>{of.attempts}</td>
      <td>{of.fee === undefined ? '–' : <Amount value={of.fee} name={`fee-${of.id}`} />}</td>
      <td>{of.hash === undefined ? '–' : <Copyable text={of.hash} label={`the hash of transaction ${of.id}`} />}</td>
    </tr>
  )
}

function SetAsides() {
  const clock = useNetwork().data
  const polled = usePolled('set-asides', SLOW, setAsides)
  return (
    <Section title="Set aside">
      <Answer of={polled} what="who is left out" every={SLOW}>
        {(found) =>
          found.length === 0 ? (
            <p>No data set is left out of anything.</p>
          ) : (
            <Table label="Data sets that are set aside" head={['Data set', 'Left out of', 'As', 'Since', 'Tried again']}>
              {found.map((one) => (
                <tr key={`${one.dataSet} ${one.activity}`}>
                  <th scope="row">
                    <a href={`/audit/${one.dataSet}`}>{one.dataSet}</a>
                  </th>
                  <td>{one.activity}</td>
                  <td>
                    {one.reason}
                    <small>{`: ${one.message}`}</small>
                  </td>
                  <td>
                    <Time at={one.since} clock={clock} />
                  </td>
                  <td>{one.retryAt === undefined ? 'once an operator releases it' : <Time at={one.retryAt} clock={clock} />}</td>
                </tr>
              ))}
            </Table>
          )
        }
      </Answer>
    </Section>
  )
}

function Operators() {
  const token = operator.use()
  const take = (event: SubmitEvent) => {
    event.preventDefault()
    const form = event.currentTarget as HTMLFormElement
    const given = String(new FormData(form).get('token'))
    if (given !== '') keepToken(given)
  }
  return (
    <Section title="For operators">
      {token === undefined ? (
        <form onSubmit={take}>
          <label>
            The operators' token
            <input name="token" type="password" autocomplete="off" />
            <small>It stays in this page, for an hour, and is stored nowhere.</small>
          </label>
          <button type="submit">Use it</button>
        </form>
      ) : (
        <Orders />
      )}
    </Section>
  )
}

const ORDERS: [order: Order, name: string, does: string][] = [
  ['report', 'Report', 'reports on chain what is due'],
  ['settle', 'Settle', 'moves what is owed along the rails'],
  ['set-asides/retry', 'Retry', 'lets what is set aside take part in the next run'],
  ['set-asides/release', 'Release', 'forgets why something was set aside'],
]

const ACTIVITIES = ['report', 'settle-cdn', 'settle-cache-miss', 'terminate']

interface Shown {
  what: Order
  activity: string
  plan: Plan
  done: boolean
}

/** What operators can have done; each is shown before it is. */
function Orders() {
  const [activity, setActivity] = useState('report')
  const [shown, setShown] = useState<Shown>()
  const { busy, problem, run } = useAction()
  const show = (what: Order) =>
    run(async () => {
      setShown(undefined)
      setShown({ what, activity, plan: await planned(what, activity), done: false })
    })
  const go = ({ what, activity: of, plan }: Shown) =>
    run(async () => {
      setShown(undefined)
      setShown({ what, activity: of, plan: await order(what, of, plan), done: true })
    })
  return (
    <>
      <label>
        Of what is set aside, that which is left out of
        <select value={activity} onChange={(event) => setActivity(event.currentTarget.value)}>
          {ACTIVITIES.map((name) => (
            <option key={name}>{name}</option>
          ))}
        </select>
      </label>
      <div class="deeds">
        {ORDERS.map(([what, name, does]) => (
          <button
            key={what}
            type="button"
            class="outline"
            title={does}
            disabled={busy}
            aria-busy={busy}
            onClick={() => show(what)}
          >
            {`${name}: show what it would do`}
          </button>
        ))}
        <button type="button" class="outline secondary" onClick={() => operator.forget()}>
          Forget the token
        </button>
      </div>
      <Failed why={problem} />
      <div role="status">{shown !== undefined && <Planned of={shown} busy={busy} go={() => go(shown)} />}</div>
    </>
  )
}

function Planned({ of, busy, go }: { of: Shown; busy: boolean; go: () => void }) {
  const [, name, does] = ORDERS.find(([what]) => what === of.what) as (typeof ORDERS)[number]
  return (
    <article>
      <header>
        {of.done ? `${name}: it is ordered, for the next run.` : `${name}, which ${does}: what it would do now.`}
      </header>
      {of.plan.says.map((sentence) => (
        <p key={sentence}>{sentence}</p>
      ))}
      {of.plan.items.length > 0 && (
        <Table label="By data set" head={['Data set', 'What']}>
          {of.plan.items.map((item, i) => (
            <tr key={i}>
              <th scope="row">{item.dataSet}</th>
              <td>{item.what}</td>
            </tr>
          ))}
        </Table>
      )}
      {!of.done && (!isOfSetAsides(of.what) || of.plan.items.length > 0) && <Surely what={name} of="all of that" busy={busy} act={go} />}
    </article>
  )
}
