/** The parts that pages consist of. */
import type { ComponentChildren, ComponentProps } from 'preact'
import { useEffect, useId, useRef, useState } from 'preact/hooks'
import { network, type PageOf } from './api'
import { age, bytes, type ChainClock, epochAt, grouped, percent, timeOf, tokens } from './exact'
import { LIVE, type Polled, usePolled, useNow } from './polling'

interface Named {
  value: bigint
  /** The number's name, for whoever reads the page by program. */
  name?: string
}

/** Bytes, as people read them; to the digit for whoever points at them, and for programs. */
export function Bytes({ value, name }: Named) {
  return (
    <data value={String(value)} data-name={name} title={`${grouped(value)} bytes`}>
      {bytes(value)}
    </data>
  )
}

/** Bytes to the digit. */
export function ExactBytes({ value, name }: Named) {
  return (
    <data value={String(value)} data-name={name} title={bytes(value)}>
      {grouped(value)}
    </data>
  )
}

export function Count({ value, name }: Named) {
  return (
    <data value={String(value)} data-name={name}>
      {grouped(value)}
    </data>
  )
}

/** An amount of USDFC or FIL, which have 18 decimals, every digit of it. */
export function Amount({ value, name }: Named) {
  return (
    <data value={String(value)} data-name={name} class="amount">
      {tokens(value)}
    </data>
  )
}

const TIME = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'medium' })

/** A time in the visitor's zone, with its epoch. */
export function Time({ at, clock }: { at: number; clock?: ChainClock | undefined }) {
  const iso = new Date(at).toISOString()
  const epoch = clock === undefined ? '' : `epoch ${epochAt(clock, at)}, `
  return (
    <time dateTime={iso} title={epoch + iso}>
      {TIME.format(at)}
    </time>
  )
}

/** An epoch, with the time at which it begins. */
export function EpochTime({ epoch, clock, name }: { epoch: number; clock?: ChainClock | undefined; name?: string }) {
  if (clock === undefined) return <data value={epoch} data-name={name}>epoch {epoch}</data>
  const at = timeOf(clock, epoch)
  return (
    <time dateTime={new Date(at).toISOString()} title={`epoch ${epoch}`} data-name={name}>
      {TIME.format(at)}
    </time>
  )
}

/** The chain that the service is about; it never changes while the page is open. */
export function useNetwork() {
  return usePolled('network', 600_000, network)
}

/** The address of a word's row on the page of meanings. */
export function meaningId(word: string): string {
  return word.replace(/[^A-Za-z0-9_]+/g, '-')
}

/** A name that leads to what it means. */
export function Meaning({ of, children }: { of: string; children: ComponentChildren }) {
  return (
    <a class="meaning" href={`/meanings#${meaningId(of)}`}>
      {children}
    </a>
  )
}

interface FigureProps {
  label: string
  /** The word of the glossary that says what it is. */
  means?: string
  children: ComponentChildren
  note?: string
}

/** A figure with its name, and what it was before. */
export function Figure({ label, means, children, note }: FigureProps) {
  return (
    <div class="figure">
      <dt>{means === undefined ? label : <Meaning of={means}>{label}</Meaning>}</dt>
      <dd>
        {children}
        {note !== undefined && <small>{note}</small>}
      </dd>
    </div>
  )
}

/** The part of something as bars have it; nothing is more than all of it. */
function permille(part: bigint, all: bigint): number {
  if (all <= 0n || part <= 0n) return 0
  return part >= all ? 1000 : Number((part * 1000n) / all)
}

/** A bar that shows what is left of something. */
export function Left({ label, left, all }: { label: string; left: bigint; all: bigint }) {
  return <progress aria-label={`${label}: ${percent(left, all)} left`} value={permille(left, all)} max={1000} />
}

/** A bar that shows what of something is used. */
export function Used({ label, used, all }: { label: string; used: bigint; all: bigint }) {
  return <progress aria-label={`${label}: ${percent(used, all)} used`} value={permille(used, all)} max={1000} />
}

/** A share of the largest, as a bar beside the number that it shows. */
export function Share({ part, largest }: { part: bigint; largest: bigint }) {
  return <progress aria-hidden="true" value={permille(part, largest)} max={1000} />
}

/** An answer, or the reason why it is not there; and its age. */
export function Answer<T>({ of, what, every, lag, children }: AnswerProps<T>) {
  if (of.data === undefined) {
    return of.problem === undefined ? (
      <p aria-busy="true">{`Asking for ${what}…`}</p>
    ) : (
      <p role="alert" class="problem">
        {of.problem.status === undefined ? `${of.problem.message} Trying again.` : of.problem.message}
      </p>
    )
  }
  return (
    <>
      {children(of.data)}
      <Age of={of} every={every} lag={lag} />
    </>
  )
}

/** The age of an answer, counted on while no other comes. */
function Age({ of, every, lag }: { of: Polled<unknown>; every: number; lag: string | undefined }) {
  const now = useNow()
  const seconds = Math.max(0, (now - (of.at ?? now)) / 1000)
  const stale = of.problem !== undefined || seconds > 3 * (every / 1000) + 10
  return (
    <p class={stale ? 'age stale' : 'age'} role={stale ? 'status' : undefined}>
      {stale && (of.problem === undefined ? 'Old: ' : `${of.problem.message} Trying again. `)}
      {stale ? `These numbers are of ${age(seconds)}.` : `As of ${age(seconds)}.`}
      {lag !== undefined && ` The answer is ${lag}.`}
    </p>
  )
}

interface AnswerProps<T> {
  of: Polled<T>
  /** The name of what was asked for, as in "the latest hours". */
  what: string
  /** The interval at which it is asked for, in milliseconds. */
  every: number
  /** The age that it had when it was answered. */
  lag?: string
  children: (data: T) => ComponentChildren
}

/** A text that a button copies. */
export function Copyable({ text, label }: { text: string; label: string }) {
  const [told, setTold] = useState('')
  useEffect(() => setTold(''), [text])
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(text)
      setTold('Copied.')
    } catch {
      // also where there is no clipboard: in pages by http that are not of this machine
      setTold('The browser does not let this page copy: select the text instead.')
    }
  }
  return (
    <span class="copyable">
      <code>{text}</code>
      <button type="button" class="outline secondary" onClick={copy} aria-label={`Copy ${label}`}>
        Copy
      </button>
      <span role="status">{told}</span>
    </span>
  )
}

/** A table that can be wider than the screen. */
export function Table({ label, head, children }: { label: string; head: ComponentChildren[]; children: ComponentChildren }) {
  return (
    <div class="overflow-auto" role="region" aria-label={label} tabIndex={0}>
      <table>
        <thead>
          <tr>
            {head.map((name, i) => (
              <th scope="col" key={i}>
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>{children}</tbody>
      </table>
    </div>
  )
}

interface PagedProps<T> {
  /** The query; where it changes, the first page of another list is shown. */
  name: string
  /** The name of the items, as in "data sets". */
  what: string
  ask: (after: string | undefined, signal: AbortSignal) => Promise<PageOf<T>>
  /** The text where there are no items at all. */
  none: string
  children: (items: T[]) => ComponentChildren
}

/** A list that the service has in pages, one page at a time. */
export function Paged<T>(props: PagedProps<T>) {
  return <Pages key={props.name} {...props} />
}

function Pages<T>({ name, what, ask, none, children }: PagedProps<T>) {
  const [before, setBefore] = useState<string[]>([])
  const after = before.at(-1)
  const polled = usePolled(`${name} ${after}`, LIVE, (signal) => ask(after, signal))
  return (
    <Answer of={polled} what={`the ${what}`} every={LIVE}>
      {({ of, next }) => (
        <>
          {of.length > 0 ? children(of) : <p>{after === undefined ? none : `There are no more ${what}.`}</p>}
          <div role="group">
            {after !== undefined && (
              <button type="button" class="secondary" onClick={() => setBefore(before.slice(0, -1))}>
                Back
              </button>
            )}
            {next !== undefined && (
              <button type="button" class="secondary" onClick={() => setBefore([...before, next])}>
                More {what}
              </button>
            )}
          </div>
        </>
      )}
    </Answer>
  )
}

/** Something that a visitor has done, once at a time; `problem` says why the last one failed. */
export function useAction() {
  const [{ busy, problem }, setState] = useState<{ busy: boolean; problem?: string }>({ busy: false })
  const run = async (act: () => Promise<void>) => {
    setState({ busy: true })
    try {
      await act()
      setState({ busy: false })
    } catch (cause) {
      setState({ busy: false, problem: cause instanceof Error ? cause.message : String(cause) })
    }
  }
  return { busy, problem, run }
}

/** The reason why something was not done. */
export function Failed({ why }: { why: string | undefined }) {
  return <div role="alert">{why !== undefined && <p class="problem">{why}</p>}</div>
}

/** A button for what cannot be taken back: it asks once more. */
export function Surely({ what, of, busy, act }: { what: string; of: string; busy: boolean; act: () => void }) {
  const [asked, setAsked] = useState(false)
  const first = useRef<HTMLButtonElement>(null)
  const ask = (now: boolean) => {
    setAsked(now)
    // what had the focus goes; its place takes it
    requestAnimationFrame(() => first.current?.focus())
  }
  if (!asked) {
    return (
      <button ref={first} type="button" class="outline secondary" onClick={() => ask(true)} aria-label={`${what} ${of}`}>
        {what}
      </button>
    )
  }
  return (
    <span role="group">
      <button ref={first} type="button" class="secondary" onClick={() => ask(false)}>
        Leave it
      </button>
      <button
        type="button"
        aria-busy={busy}
        disabled={busy}
        aria-label={`${what} ${of}, surely`}
        onClick={() => {
          ask(false)
          act()
        }}
      >
        {what}, surely
      </button>
    </span>
  )
}

/** A field of a form with what is expected in it. */
export function Field({ label, hint, ...input }: { label: string; hint?: string } & ComponentProps<'input'>) {
  const id = useId()
  return (
    <label>
      {label}
      <input autocomplete="off" spellcheck={false} {...input} {...(hint !== undefined && { 'aria-describedby': id })} />
      {hint !== undefined && <small id={id}>{hint}</small>}
    </label>
  )
}

/** The title of the page that was shown last; none before the first, whose focus is the browser's. */
let shown: string | undefined

/**
 * The head of a page, which gets the focus when another page was there before.
 *
 * @param of the name of what the page is about
 */
export function Title({ text, of, children }: { text: string; of?: string; children?: ComponentChildren }) {
  const heading = useRef<HTMLHeadingElement>(null)
  useEffect(() => {
    const title = `${of === undefined ? text : `${text} ${of}`} – FilCDN`
    document.title = title
    if (shown !== undefined && shown !== title) heading.current?.focus()
    shown = title
  }, [text, of])
  return (
    <hgroup>
      <h1 ref={heading} tabIndex={-1}>
        {text}
      </h1>
      {of !== undefined && <Copyable text={of} label="the name" />}
      {children}
    </hgroup>
  )
}

/** Details whose content is made while they are open. */
export function Unfolded({ summary, children }: { summary: string; children: () => ComponentChildren }) {
  const [open, setOpen] = useState(false)
  return (
    <details open={open} onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>{summary}</summary>
      {open && children()}
    </details>
  )
}

/**
 * A part of a page under a heading.
 *
 * @param room what it takes when its answer is there, kept free so that nothing moves then
 */
export function Section({ title, room, children }: { title: string; room?: 'figures' | 'table' | 'chart'; children: ComponentChildren }) {
  const id = useId()
  return (
    <section aria-labelledby={id} class={room && `room-${room}`}>
      <h2 id={id}>{title}</h2>
      {children}
    </section>
  )
}
