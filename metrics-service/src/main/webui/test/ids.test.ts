import { expect, test } from 'vitest'
import { dataSet, payer, piece, pieceUrl, provider } from '../src/ids'

const HOSTILE = ['', 'x', '../../q/health', '1/2/3', 'javascript:alert(1)', '<img src=x onerror=alert(1)>', '12?x=', '1#', '%2e%2e', '-1']

test.each(HOSTILE)('%j is nothing that goes into a path', (text) => {
  expect([payer(text), dataSet(text), provider(text), piece(text)]).toEqual([undefined, undefined, undefined, undefined])
})

test('what people paste is read', () => {
  expect(payer(' 0x70997970C51812dc3A010C7d01b50e0d17dc79C8\n')).toBe('0x70997970c51812dc3a010c7d01b50e0d17dc79c8')
  expect(payer('0x70997970C51812dc3A010C7d01b50e0d17dc79C')).toBeUndefined()
  expect([dataSet('12'), dataSet('fwss/12'), dataSet('pandora/1')]).toEqual(['12', 'fwss/12', 'pandora/1'])
  expect([provider('3'), provider('fwss/3')]).toEqual(['3', 'fwss/3'])
  expect(provider('pandora/0x70997970c51812dc3a010c7d01b50e0d17dc79c8')).toBeDefined()
  expect(piece('bafkzcibcd4bdomn3tgwgrh3g532zopskstnbrd2n3sxfqbze7rxt7vqn7veigmy')).toBeDefined()
  expect(piece('bafkzcib/../../x')).toBeUndefined()
})

test('the URL of a piece has both names', () => {
  expect(pieceUrl('https://{payer}.cdn.example/{pieceCid}', '0xab', 'bafk')).toBe('https://0xab.cdn.example/bafk')
  expect(pieceUrl('http://localhost:8400/{payer}/{pieceCid}', '0xab', 'bafk')).toBe('http://localhost:8400/0xab/bafk')
})
