import { useState } from 'preact/hooks'
import { type Grant, nextSerial, policies, type Policy, setPolicy } from './access'
import { BYTES, bytesText, entries, given, Limits } from './limits'
import { Failed, Field, Paged, Section, Table, Time, useAction, useNetwork } from './parts'
import { delegate } from './wallet'

const ACCESS: [value: string, means: string][] = [
  ['public', 'everyone'],
  ['keys', 'who has one of your keys'],
  ['signed', 'who has a URL that your delegate has signed'],
]

/** The most policies that the service lists at once, those set last first. */
const MOST_LISTED = 100

/** The policies of whoever is signed in. */
export function Policies({ payer }: { payer: string }) {
  return (
    <>
      <Section title="Who may fetch">
        <Paged name="policies" what="policies" ask={policies} none="Everyone may: you have set no policy.">
          {(all) => (
            <Table label="Policies" head={['Data set', 'Who may fetch', 'In force', 'Within']}>
              {all.map((policy) => (
                <Row key={policy.dataSet} of={policy} />
              ))}
            </Table>
          )}
        </Paged>
      </Section>
      <SetPolicy payer={payer} />
    </>
  )
}

function Row({ of }: { of: Policy }) {
  const clock = useNetwork().data
  return (
    <tr>
      <th scope="row">{of.dataSet ?? 'all others'}</th>
      <td>
        {ACCESS.find(([value]) => value === of.access)?.[1] ?? of.access}
        {of.delegate !== undefined && (
          <>
            {'; delegate '}
            <code>{of.delegate}</code>
          </>
        )}
      </td>
      <td>
        {of.notBefore === undefined ? 'now' : <Time at={of.notBefore} clock={clock} />}
        {of.expires !== undefined && (
          <>
            {' until '}
            <Time at={of.expires} clock={clock} />, then nobody
          </>
        )}
      </td>
      <td>
        <Limits of={of.limits} />
      </td>
    </tr>
  )
}

/** The message that a form asks the wallet to sign. */
export function grant(payer: string, form: FormData, serial: number): Grant {
  const field = (name: string) => String(form.get(name) ?? '').trim()
  const seconds = (name: string) => (field(name) === '' ? '0' : String(Math.floor(Date.parse(field(name)) / 1000)))
  const bytes = (name: string) => bytesText(name, field(name)) ?? '0'
  const key = field('jwk') === '' ? { jwk: '', id: `0x${'0'.repeat(64)}` } : delegate(field('jwk'))
  return {
    payer,
    dataSets: entries(field('dataSets')).map((id) => id.replace(/^fwss\//, '')),
    access: field('access'),
    delegateKeyId: key.id,
    delegateJwk: key.jwk,
    notBefore: seconds('notBefore'),
    expires: seconds('expires'),
    maxBytes: bytes('maxBytes'),
    maxBytesPerDay: bytes('maxBytesPerDay'),
    maxBytesPerDayOfKey: bytes('maxBytesPerDayOfKey'),
    maxBytesPerDayOfClient: bytes('maxBytesPerDayOfClient'),
    origins: entries(field('origins')),
    cidrs: entries(field('cidrs')),
    pieces: entries(field('pieces')),
    serial: String(serial),
  }
}

function SetPolicy({ payer }: { payer: string }) {
  const { busy, problem, run } = useAction()
  const [done, setDone] = useState(false)
  const sign = (event: SubmitEvent) => {
    event.preventDefault()
    const element = event.currentTarget as HTMLFormElement
    setDone(false)
    void run(async () => {
      const form = given(element)
      const { of } = await policies(undefined, undefined, MOST_LISTED)
      await setPolicy(grant(payer, form, nextSerial(of, Date.now())))
      element.reset()
      setDone(true)
    })
  }
  return (
    <Section title="Set a policy">
      <form onSubmit={sign} noValidate>
        <Field label="Data sets" name="dataSets" hint="such as 12, 13; empty: all that have no policy of their own" />
        <fieldset>
          <legend>Who may fetch</legend>
          {ACCESS.map(([value, means]) => (
            <label key={value}>
              <input type="radio" name="access" value={value} defaultChecked={value === 'public'} />
              {means}
            </label>
          ))}
        </fieldset>
        <Field
          label="The delegate's public key"
          name="jwk"
          hint="a JWK, as ./filcdn sign --new-key prints it; whoever has the private one signs URLs"
        />
        <details>
          <summary>Times and limits</summary>
          <div class="halves">
            <Field label="From" name="notBefore" type="datetime-local" hint="your time; nobody is served before" />
            <Field label="Until" name="expires" type="datetime-local" hint="your time; nobody is served behind" />
            <Field label="Bytes in all" name="maxBytes" hint={BYTES} />
            <Field label="Bytes a day" name="maxBytesPerDay" hint={BYTES} />
            <Field label="Bytes a day and key" name="maxBytesPerDayOfKey" hint={BYTES} />
            <Field label="Bytes a day and client" name="maxBytesPerDayOfClient" hint={BYTES} />
            <Field label="Pages that may fetch" name="origins" hint="origins such as https://app.example.com" />
            <Field label="Networks of clients" name="cidrs" hint="such as 192.0.2.0/24" />
            <Field label="Pieces" name="pieces" hint="PieceCIDs; empty: all" />
          </div>
        </details>
        <button type="submit" aria-busy={busy} disabled={busy}>
          Have the wallet sign it
        </button>
      </form>
      <div role="status">{done && <p>It is set; edges hear of it within seconds.</p>}</div>
      <Failed why={problem} />
    </Section>
  )
}
