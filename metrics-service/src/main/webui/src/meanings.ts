/** The meanings of numbers and words: the tables of docs/metrics.md and docs/glossary.md, as they stand there. */
import glossary from '../../../../../docs/glossary.md?raw'
import metrics from '../../../../../docs/metrics.md?raw'

export interface Meaning {
  /** Every name that the row is about. */
  names: string[]
  means: string
}

export interface Part {
  title: string
  meanings: Meaning[]
}

const METRIC = /^\| `(?<names>\w+)` \|.*\| (?<means>[^|]+) \|$/
const WORD = /^\| (?<names>[^|]+) \| (?<means>[^|]+) \|$/

/** The rows of a document's tables, by its headings. */
export function parts(markdown: string, row: RegExp): Part[] {
  const found: Part[] = []
  for (const line of markdown.split('\n')) {
    const title = /^## (.+)$/.exec(line)?.[1]
    if (title !== undefined) found.push({ title, meanings: [] })
    const { names, means } = row.exec(line)?.groups ?? {}
    if (names === undefined || means === undefined || names === 'word' || /^-+$/.test(names)) continue
    found.at(-1)?.meanings.push({ names: names.split(', ').map((name) => name.replaceAll('`', '')), means: plain(means) })
  }
  return found.filter(({ meanings }) => meanings.length > 0)
}

/** Markdown without its links and emphasis; code stays in backticks. */
function plain(markdown: string): string {
  return markdown.replace(/\[([^\]]*)\]\([^)]*\)/g, '$1').replace(/\*([^*]+)\*/g, '$1')
}

export const WORDS = parts(glossary, WORD)
export const METRICS = parts(metrics, METRIC)

/** The row that a name is linked to: the first that has it. */
export const ROWS = new Map(
  [...WORDS, ...METRICS]
    .flatMap(({ meanings }) => meanings)
    .reverse()
    .flatMap((meaning) => meaning.names.map((name) => [name, meaning] as const)),
)
