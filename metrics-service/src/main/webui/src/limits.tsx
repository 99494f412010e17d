/** The limits of keys and policies, as they are shown and written. */
import { Problem } from './api'
import { bytesOf, grouped } from './exact'

/** What is expected in a field for bytes. */
export const BYTES = 'such as 1000 or 500 GiB; empty: not limited'

/** Entries that somebody wrote with commas or white space between them. */
export function entries(text: string): string[] {
  return text.split(/[\s,]+/).filter((entry) => entry !== '')
}

/** Bytes of a form as the API's decimal text; nothing of an empty field. */
export function bytesText(name: string, text: string): string | undefined {
  if (text.trim() === '') return undefined
  const bytes = bytesOf(text)
  if (bytes === undefined) throw new Problem(`${name}: expected bytes like 1000 or 500 MiB, found "${text.slice(0, 50)}".`)
  return String(bytes)
}

/** What a form says; a field that holds what is no value of its kind, such as half a date, is no empty one. */
export function given(form: HTMLFormElement): FormData {
  const bad = [...form.elements].map((field) => field as HTMLInputElement).find((field) => field.validity?.badInput)
  if (bad !== undefined) {
    const label = bad.labels?.[0]?.firstChild?.textContent ?? bad.name
    throw new Problem(`${label}: expected a whole value or an empty field, found a part of one.`)
  }
  return new FormData(form)
}

/** The names of the API's limits, as people read them. */
const LIMITS: Record<string, string> = {
  bytes: 'bytes in all',
  bytesPerDay: 'bytes a day',
  bytesPerMonth: 'bytes a month',
  bytesPerDayOfKey: 'bytes a day and key',
  bytesPerDayOfClient: 'bytes a day and client',
  requestsPerSecond: 'requests a second',
}

/** What a key or policy is limited to; also what this page does not know by name. */
export function Limits({ of }: { of: [name: string, value: string][] }) {
  if (of.length === 0) return <>no limits</>
  return (
    <ul>
      {of.map(([name, value]) => (
        <li key={name}>
          {name in LIMITS && /^[0-9]+$/.test(value) ? `${grouped(BigInt(value))} ${LIMITS[name]}` : `${name}: ${value}`}
        </li>
      ))}
    </ul>
  )
}
