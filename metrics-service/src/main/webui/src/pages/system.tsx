import { type Edge, edges, intake, type Ranked, top } from '../api'
import { percent } from '../exact'
import { Answer, Bytes, Count, Meaning, Section, Table, Time, Title, Used, useNetwork } from '../parts'
import { LIVE, usePolled } from '../polling'
import { indexer } from '../settlement'

const RANKED = 20_000

/** The most edges that the service tells of. */
const MOST_EDGES = 100

/** The page of how the services and edges are doing. */
export function SystemPage() {
  return (
    <>
      <Title text="System">
        <p>
          What each number <a href="/meanings">means</a> is behind its name; what an operator does about it is in{' '}
          <code>docs/operations.md</code>.
        </p>
      </Title>
      <Indexer />
      <Intake />
      <Edges />
    </>
  )
}

interface NumberProps {
  name: string
  metric: string
  means: string
  value: bigint | number | undefined
}

/** A number with what it means, and the metric that says the same to a monitor. */
function Row({ name, metric, means, value }: NumberProps) {
  return (
    <tr>
      <th scope="row">{name}</th>
      <td>{value === undefined ? '–' : <Count value={BigInt(value)} name={metric} />}</td>
      <td>{means}</td>
      <td>
        <Meaning of={metric}>
          <code>{metric}</code>
        </Meaning>
      </td>
    </tr>
  )
}

const HEAD = ['Number', 'Is', 'Means', 'Metric']

function Indexer() {
  const polled = usePolled('indexer', LIVE, indexer)
  return (
    <Section title="The index" room="chart">
      <Answer of={polled} what="how far the index is" every={LIVE}>
        {(told) => (
          <>
            <p>
              {told.state === 'standby'
                ? 'The process that answered is a standby: it does not index, and knows less than the one that does.'
                : `It is ${told.state}.`}
            </p>
            <Table label="The index" head={HEAD}>
              <Row name="Newest block of the chain" metric="filcdn_indexer_head_block" value={told.head} means="as a node tells it" />
              <Row name="Newest block in the index" metric="filcdn_indexer_indexed_block" value={told.indexed} means="what edges and settlement go by" />
              <Row name="Blocks behind" metric="filcdn_indexer_lag_blocks" value={told.lag} means="the difference of the two" />
              <Row name="Newest final block" metric="filcdn_indexer_final_block" value={told.final} means="what no reorganisation takes back" />
              <Row name="Logs kept aside" metric="filcdn_indexer_undecodable_logs" value={told.undecodable} means="they have not the form of their event" />
            </Table>
          </>
        )}
      </Answer>
    </Section>
  )
}

function Intake() {
  const polled = usePolled('intake', LIVE, intake)
  return (
    <Section title="Counting" room="chart">
      <Answer of={polled} what="how far topics are read" every={LIVE}>
        {(told) => (
          <>
            <p>
              Each process of metrics reads partitions of its own. <code>{told.process}</code> answered: the first table is of those that it reads.
            </p>
            <Table label="Topics that metrics reads" head={['Topic', 'Partitions it reads', <Meaning of="filcdn_intake_lag_records">Records behind</Meaning>, 'State']}>
              {told.topics.map((topic) => (
                <tr key={topic.topic}>
                  <th scope="row">
                    <code>{topic.topic}</code>
                  </th>
                  <td>
                    <Count value={topic.partitions} name={`partitions-${topic.topic}`} />
                  </td>
                  <td>
                    <Count value={topic.lag} name={`lag-${topic.topic}`} />
                  </td>
                  <td>{topicState(topic)}</td>
                </tr>
              ))}
            </Table>
            <Table label="Journals of edges" head={HEAD}>
              <Row
                name="Journals that wait"
                metric="filcdn_egress_parked_journals"
                value={told.parked.journals}
                means="a record of theirs has not come; those behind it are not counted yet"
              />
              <Row
                name="Records that wait"
                metric="filcdn_egress_parked_records"
                value={told.parked.records}
                means="those behind the gaps"
              />
              <Row
                name="Journals with lost records"
                metric="filcdn_egress_lost_journals"
                value={told.lost.journals}
                means="Kafka acknowledged records and does not have them"
              />
              <Row name="Lost records" metric="filcdn_egress_lost_records" value={told.lost.records} means="an operator decides about them" />
            </Table>
          </>
        )}
      </Answer>
    </Section>
  )
}

function topicState(topic: { partitions: bigint; failing: boolean }): string {
  if (topic.failing) return 'a batch failed, and is read again'
  return topic.partitions === 0n ? 'none is this process’s: others read them' : 'reading'
}

const EDGE_HEAD = [
  'Edge',
  'Region',
  'Last heard',
  <Meaning of="journal">Open journals</Meaning>,
  <Meaning of="held">Quota it holds</Meaning>,
  <Meaning of="disk's share">Cache on disk</Meaning>,
  <Meaning of="piece">Pieces</Meaning>,
  <Meaning of="block">In memory</Meaning>,
  <Meaning of="egress">Egress today (UTC)</Meaning>,
  <Meaning of="hit">Requests served from its cache</Meaning>,
]

function Edges() {
  const clock = useNetwork().data
  const polled = usePolled('edges', LIVE, edges)
  const served = usePolled('edges served', RANKED, (signal) => top('edge', 1, MOST_EDGES, signal))
  const of = (edge: string): Ranked | undefined => served.data?.find(({ value }) => value === edge)
  return (
    <Section title="Edges">
      <Answer of={polled} what="the edges" every={LIVE}>
        {(all) =>
          all.length === 0 ? (
            <p>No edge leases quota.</p>
          ) : (
            <>
              <p>
                {all.length < MOST_EDGES
                  ? `${all.length} ${all.length === 1 ? 'edge leases' : 'edges lease'} quota.`
                  : `The ${MOST_EDGES} edges that were heard of last.`}
              </p>
              {served.problem !== undefined && <p class="problem">{`What they served: ${served.problem.message}`}</p>}
              <Table
                label="Edges that lease quota"
                head={EDGE_HEAD}
              >
                {all.map((edge) => (
                  <tr key={edge.edge}>
                    <th scope="row">{edge.edge}</th>
                    <td>{edge.region ?? '–'}</td>
                    <td>
                      <Time at={edge.heard} clock={clock} />
                    </td>
                    <td>
                      <Count value={edge.journals} />
                    </td>
                    <td>
                      <Bytes value={edge.held} name={`held-${edge.edge}`} />
                    </td>
                    <Cached of={edge} />
                    <Served of={of(edge.edge)} />
                  </tr>
                ))}
              </Table>
            </>
          )
        }
      </Answer>
    </Section>
  )
}

/** The use of an edge's cache, as the edge told it with its last request for quota. */
function Cached({ of: { edge, cache } }: { of: Edge }) {
  if (cache === undefined) return <Nothing columns={3} />
  return (
    <>
      <td>
        <Bytes value={cache.disk} name={`disk-${edge}`} /> of <Bytes value={cache.maxDisk} name={`max-disk-${edge}`} />
        <Used label={`The cache of ${edge}`} used={cache.disk} all={cache.maxDisk} />
      </td>
      <td>
        <Count value={cache.pieces} name={`pieces-${edge}`} />
      </td>
      <td>
        <Bytes value={cache.memory} name={`memory-${edge}`} />
      </td>
    </>
  )
}

function Nothing({ columns }: { columns: number }) {
  return Array.from({ length: columns }, (_, i) => <td key={i}>–</td>)
}

function Served({ of }: { of: Ranked | undefined }) {
  if (of === undefined) return <Nothing columns={2} />
  return (
    <>
      <td>
        <Bytes value={of.egress} />
      </td>
      <td>{percent(of.count - (of.misses ?? 0n), of.count)}</td>
    </>
  )
}
