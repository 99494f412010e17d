import { expect, test } from 'vitest'
import { METRICS, parts, ROWS, WORDS } from '../src/meanings'
import { meaningId } from '../src/parts'

const sources = Object.values(import.meta.glob<string>('../src/**/*.tsx', { query: '?raw', import: 'default', eager: true })).join()

/** The words that pages link to. */
const LINKED = [/label=(?:"[^"]*"|\{`[^`]*`\})\s+means="([^"]+)"/g, /<Meaning of="([^"]+)"/g, /\bmetric="([^"]+)"/g, /^ {2}\['\w+', '[^']+', '([^']+)', '/gm]
  .flatMap((form) => [...sources.matchAll(form)])
  .map(([, word]) => word ?? '')

test('what pages link to is in the docs', () => {
  expect(new Set(LINKED).size).toBeGreaterThan(30)
  expect(LINKED.filter((word) => !ROWS.has(word))).toEqual([])
})

test('tables are read with their headings, names and meanings', () => {
  const page = '# x\n## One\n\n| word | meaning |\n|---|---|\n| a, b (c) | *the* [d](e) of `f` |\n## Two\ntext\n'
  expect(parts(page, /^\| (?<names>[^|]+) \| (?<means>[^|]+) \|$/)).toEqual([
    { title: 'One', meanings: [{ names: ['a', 'b (c)'], means: 'the d of `f`' }] },
  ])
})

test('all words and metrics are there, each at an address of its own', () => {
  expect(WORDS.flatMap(({ meanings }) => meanings).length).toBeGreaterThan(150)
  expect(METRICS.flatMap(({ meanings }) => meanings).length).toBeGreaterThan(80)
  const ids = [...ROWS.keys()].map(meaningId)
  expect(new Set(ids).size).toBe(ids.length)
})
