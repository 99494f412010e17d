import { audit, type Audited } from '../api'
import { dataSet as dataSetOf } from '../ids'
import { Amount, Answer, EpochTime, ExactBytes, Figure, Meaning, Section, Table, Time, Title, useNetwork } from '../parts'
import { LIVE, usePolled } from '../polling'

/** Every number that is kept of a data set's bytes, side by side. */
export function AuditPage({ generation, id }: { generation: string; id?: string }) {
  const given = id === undefined ? generation : `${generation}/${id}`
  const dataSet = dataSetOf(given)
  const clock = useNetwork().data
  const polled = usePolled(given, LIVE, (signal) =>
    dataSet === undefined ? Promise.reject(new Error('no data set')) : audit(dataSet, signal),
  )
  if (dataSet === undefined) {
    return (
      <Title text="No data set has this id">
        <p>{`Expected a number, or a generation and a number as in fwss/12, found "${given.slice(0, 100)}".`}</p>
      </Title>
    )
  }
  return (
    <>
      <Title text="Audit of a data set" of={dataSet}>
        <p>Each byte is counted by an edge, added to the odometer, reported on chain and settled. These are the counts side by side.</p>
      </Title>
      <Answer of={polled} what="the audit" every={LIVE}>
        {(told) => (
          <>
            <Section title={told.differences.length === 0 ? 'All agrees' : 'What differs'}>
              {told.differences.length === 0 ? (
                <p>The records of edges, the odometer, what was paid for and what stands on chain contradict each other nowhere.</p>
              ) : (
                <ul>
                  {told.differences.map((sentence) => (
                    <li key={sentence}>{sentence}</li>
                  ))}
                </ul>
              )}
              <dl class="figures">
                <Figure label="Counted up to" means="odometer">
                  {told.asOf === undefined ? 'nothing yet' : <EpochTime epoch={told.asOf} clock={clock} />}
                </Figure>
                <Figure label="Reported up to" means="toEpoch">
                  {told.lastReported === undefined ? 'nothing yet' : <EpochTime epoch={told.lastReported} clock={clock} />}
                </Figure>
              </dl>
            </Section>
            <Numbers cdn={told.cdn} miss={told.cacheMiss} />
            <Section title="Edges that hold quota">
              <Holders title="Egress" of={told.cdn} clock={clock} />
              <Holders title="From providers" of={told.cacheMiss} clock={clock} />
            </Section>
          </>
        )}
      </Answer>
    </>
  )
}

const ROWS: [key: Exclude<keyof Audited, 'settled' | 'holders'>, name: string, word: string, means: string][] = [
  ['egress', 'Recorded', 'egress', 'what the records of edges add up to'],
  ['odometer', 'Odometer', 'odometer', 'what was counted of them'],
  ['reported', 'Reported', 'rollup', 'what of it stands on chain'],
  ['unreported', 'To be reported', 'due', 'odometer less reported'],
  ['granted', 'Paid for', 'grant', 'the bytes that all top-ups buy'],
  ['held', 'Held by edges', 'held', 'leased to edges and not used yet'],
  ['remaining', 'Left', 'quota', 'paid for and not used'],
]

function Numbers({ cdn, miss }: { cdn: Audited; miss: Audited }) {
  return (
    <Section title="Bytes, to the digit">
      <Table label="Counts" head={['Count', 'Egress', 'From providers', 'Is']}>
        {ROWS.map(([key, name, word, means]) => (
          <tr key={key}>
            <th scope="row">
              <Meaning of={word}>{name}</Meaning>
            </th>
            <td>
              <ExactBytes value={cdn[key]} name={`cdn-${key}`} />
            </td>
            <td>
              <ExactBytes value={miss[key]} name={`miss-${key}`} />
            </td>
            <td>{means}</td>
          </tr>
        ))}
        <tr>
          <th scope="row">Settled, in USDFC</th>
          <td>
            <Amount value={cdn.settled} name="cdn-settled" />
          </td>
          <td>
            <Amount value={miss.settled} name="miss-settled" />
          </td>
          <td>what was paid of the reported bytes along the rails</td>
        </tr>
      </Table>
    </Section>
  )
}

function Holders({ title, of, clock }: { title: string; of: Audited; clock: Parameters<typeof Time>[0]['clock'] }) {
  if (of.holders.length === 0) return <p>{`${title}: none.`}</p>
  return (
    <Table label={`Edges that hold quota: ${title}`} head={[title, 'Bytes', 'Until, unless it renews']}>
      {of.holders.map((holder) => (
        <tr key={`${holder.edge} ${holder.expiresAt} ${holder.held}`}>
          <th scope="row">{holder.edge}</th>
          <td>
            <ExactBytes value={holder.held} />
          </td>
          <td>
            <Time at={holder.expiresAt} clock={clock} />
          </td>
        </tr>
      ))}
    </Table>
  )
}
