import { useEffect, useState } from 'preact/hooks'
import { METRICS, type Meaning, type Part, ROWS, WORDS } from '../meanings'
import { meaningId, Section, Title } from '../parts'

/** The page of what words and metrics mean; its rows have addresses of their own. */
export function MeaningsPage() {
  const [asked, setAsked] = useState(location.hash)
  useEffect(() => {
    const look = () => setAsked(location.hash)
    addEventListener('hashchange', look)
    return () => removeEventListener('hashchange', look)
  }, [])
  useEffect(() => {
    const row = document.getElementById(asked.slice(1))
    row?.scrollIntoView({ block: 'center' })
    row?.focus({ preventScroll: true })
  }, [asked])
  return (
    <>
      <Title text="What the numbers mean">
        <p>One word for each thing, as the documentation has them, and the metrics that services show to monitors.</p>
      </Title>
      {WORDS.map((part) => (
        <Meanings key={part.title} of={part} />
      ))}
      <h2>Metrics</h2>
      {METRICS.map((part) => (
        <Meanings key={part.title} of={part} />
      ))}
    </>
  )
}

function Meanings({ of: { title, meanings } }: { of: Part }) {
  return (
    <Section title={title}>
      <dl class="meanings">
        {meanings.map((meaning) => (
          <Row key={meaning.names.join()} of={meaning} />
        ))}
      </dl>
    </Section>
  )
}

function Row({ of }: { of: Meaning }) {
  return (
    <div>
      <dt>
        {of.names.map((name, i) => (
          <span key={name} {...(ROWS.get(name) === of && { id: meaningId(name), tabIndex: -1 })}>
            {i > 0 && ', '}
            {name}
          </span>
        ))}
      </dt>
      <dd>{of.means.split('`').map((text, i) => (i % 2 === 0 ? text : <code key={i}>{text}</code>))}</dd>
    </div>
  )
}
