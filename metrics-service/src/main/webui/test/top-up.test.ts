import { expect, test } from 'vitest'
import type { DataSet } from '../src/api'
import { takesTopUps } from '../src/pages/payer'

const bytes = { railEnds: undefined }
const good = { id: 'fwss/12', withCdn: true, deleted: false, cdn: bytes, cacheMiss: bytes } as unknown as DataSet

test('a top-up is for what the contract takes one for', () => {
  expect(takesTopUps(good)).toBe(true)
  const others: object[] = [
    { id: 'pandora/12' },
    { withCdn: false },
    { deleted: true },
    { cdn: { railEnds: 7 } },
    { cacheMiss: { railEnds: 7 } },
  ]
  expect(others.filter((other) => takesTopUps({ ...good, ...other } as DataSet))).toEqual([])
})
