import { useState } from 'preact/hooks'
import { type Key, keys, type Limits as KeyLimits, makeKey, revokeKey, rotateKey, SCOPES } from './access'
import { Problem } from './api'
import { BYTES, bytesText, entries, given, Limits } from './limits'
import { Bytes, Copyable, Failed, Field, Paged, Section, Surely, Time, useAction, useNetwork } from './parts'

/** A key that was just made; the only time that anyone sees it. */
interface Made {
  name: string
  key: string
}

/** The keys of whoever is signed in. */
export function Keys() {
  const [made, setMade] = useState<Made>()
  return (
    <>
      <Section title="Your keys">
        <div role="status">{made !== undefined && <Shown of={made} seen={() => setMade(undefined)} />}</div>
        <Paged name="keys" what="keys" ask={keys} none="You have made no keys yet.">
          {(all) => all.map((key) => <One key={key.id} of={key} show={setMade} />)}
        </Paged>
      </Section>
      <Make show={setMade} />
    </>
  )
}

function Shown({ of, seen }: { of: Made; seen: () => void }) {
  return (
    <article class="problem">
      <p>
        <strong>{`The key "${of.name}", shown this once.`}</strong> Keep it where programs keep secrets: nobody can show it again.
      </p>
      <Copyable text={of.key} label="the key" />
      <button type="button" class="inline" onClick={seen}>
        I have kept it
      </button>
    </article>
  )
}

const OVERLAPS: [duration: string, name: string][] = [
  ['PT1H', 'for an hour'],
  ['P1D', 'for a day'],
  ['P7D', 'for a week'],
  ['PT0S', 'no longer'],
]

function standing(key: Key): string {
  if (key.revoked !== undefined) return 'revoked'
  if (key.expires !== undefined && key.expires <= Date.now()) return 'expired'
  return 'good'
}

function One({ of, show }: { of: Key; show: (made: Made) => void }) {
  const clock = useNetwork().data
  const { busy, problem, run } = useAction()
  const [overlap, setOverlap] = useState('PT1H')
  const state = standing(of)
  return (
    <article aria-label={`Key ${of.name}`}>
      <header>
        <strong>{of.name}</strong>, <code>{of.id}</code>, {state}
      </header>
      <p>
        For {of.scopes.join(', ')}; made <Time at={of.created} clock={clock} />
        {of.expires !== undefined && (
          <>
            , ends <Time at={of.expires} clock={clock} />
          </>
        )}
        . Limited to: <Limits of={of.limits} />
      </p>
      <p>
        Used: <Bytes value={of.used.today} name={`${of.id}-today`} /> today, <Bytes value={of.used.month} name={`${of.id}-month`} />{' '}
        this month (UTC), <Bytes value={of.used.ever} name={`${of.id}-ever`} /> in all
        {of.lastUsed === undefined ? '; never yet.' : '; last in the hour from '}
        {of.lastUsed !== undefined && <Time at={of.lastUsed} clock={clock} />}
      </p>
      {state === 'good' && (
        <div class="deeds">
          <label>
            The secret before stays good
            <select value={overlap} onChange={(event) => setOverlap(event.currentTarget.value)}>
              {OVERLAPS.map(([duration, name]) => (
                <option key={duration} value={duration}>
                  {name}
                </option>
              ))}
            </select>
          </label>
          <button
            type="button"
            class="outline"
            aria-label={`Rotate ${of.name}`}
            aria-busy={busy}
            disabled={busy}
            onClick={() => run(async () => show({ name: of.name, key: await rotateKey(of.id, overlap) }))}
          >
            Rotate
          </button>
          <Surely what="Revoke" of={of.name} busy={busy} act={() => run(() => revokeKey(of.id))} />
        </div>
      )}
      <Failed why={problem} />
    </article>
  )
}

/** What a form says of limits; what is empty is not limited. */
export function keyLimits(form: FormData): KeyLimits {
  const field = (name: string) => String(form.get(name) ?? '')
  const requests = field('requestsPerSecond').trim()
  if (!/^[0-9]{0,7}$/.test(requests)) throw new Problem(`Requests a second: expected a whole number, found "${requests.slice(0, 50)}".`)
  const bytes = (['bytes', 'bytesPerDay', 'bytesPerMonth'] as const).map((name) => [name, bytesText(name, field(name))] as const)
  const lists = (['origins', 'networks', 'payers', 'dataSets'] as const).map((name) => [name, entries(field(name))] as const)
  return Object.fromEntries([
    ...bytes.filter(([, text]) => text !== undefined),
    ...(requests === '' ? [] : [['requestsPerSecond', Number(requests)]]),
    ...lists.filter(([, all]) => all.length > 0),
  ])
}

function Make({ show }: { show: (made: Made) => void }) {
  const { busy, problem, run } = useAction()
  const make = (event: SubmitEvent) => {
    event.preventDefault()
    const element = event.currentTarget as HTMLFormElement
    void run(async () => {
      const form = given(element)
      const name = String(form.get('name'))
      const expires = String(form.get('expires'))
      const scopes = form.getAll('scope').map(String)
      const key = await makeKey(name, scopes, keyLimits(form), expires === '' ? undefined : new Date(expires))
      element.reset()
      show({ name, key })
    })
  }
  return (
    <Section title="Make a key">
      <form onSubmit={make} noValidate>
        <Field label="Name" name="name" hint="1 to 64 characters, by which you know it" />
        <fieldset>
          <legend>It may</legend>
          {SCOPES.map((scope) => (
            <label key={scope}>
              <input type="checkbox" name="scope" value={scope} defaultChecked={scope === 'download'} />
              {scope}
              {scope === 'admin' && ': make, rotate and revoke keys like this page'}
            </label>
          ))}
        </fieldset>
        <details>
          <summary>Limits</summary>
          <div class="halves">
            <Field label="Bytes in all" name="bytes" hint={BYTES} />
            <Field label="Bytes a day (UTC)" name="bytesPerDay" hint={BYTES} />
            <Field label="Bytes a month (UTC)" name="bytesPerMonth" hint={BYTES} />
            <Field label="Requests a second, of each edge" name="requestsPerSecond" inputMode="numeric" />
            <Field label="Pages that may use it" name="origins" hint="origins such as https://app.example.com, with commas" />
            <Field label="Networks of clients" name="networks" hint="such as 192.0.2.0/24, 2001:db8::/32" />
            <Field label="Payers whose pieces" name="payers" hint="addresses" />
            <Field label="Data sets whose pieces" name="dataSets" hint="such as fwss/12, fwss/13" />
            <Field label="It ends" name="expires" type="datetime-local" hint="your time; empty: not by itself" />
          </div>
        </details>
        <button type="submit" aria-busy={busy} disabled={busy}>
          Make the key
        </button>
      </form>
      <Failed why={problem} />
    </Section>
  )
}
