import { describe, expect, it, test } from 'vitest'
import { buys, bytesOf, monthly, tokensOf } from '../src/exact'
import { nextSerial, type Policy } from '../src/access'
import { keyLimits } from '../src/keys'
import { bytesText, entries, given } from '../src/limits'
import { grant } from '../src/policies'
import { TOP_UP } from '../src/top-up'
import { callData, checksummed, delegate, signInMessage } from '../src/wallet'

const PAYER = '0x5aaeb6053f3e94c9b9a09f33669435e7ef1beaed'

function form(fields: Record<string, string>): FormData {
  const form = new FormData()
  Object.entries(fields).forEach(([name, value]) => form.set(name, value))
  return form
}

describe('what somebody writes', () => {
  it.each([
    ['1000', 1000n],
    ['1 KiB', 1024n],
    [' 500MiB ', 524_288_000n],
    ['999999999999999999', 999_999_999_999_999_999n],
  ])('%s is bytes', (text, bytes) => expect(bytesOf(text)).toBe(bytes))

  it.each(['', '-1', '1.5 GiB', '1 GB', '1e9', 'all', '1000000000000000000'])('%s is no bytes', (text) =>
    expect(bytesOf(text)).toBeUndefined(),
  )

  it.each([
    ['1', 10n ** 18n],
    ['0.000000000000000001', 1n],
    ['12.5', 12_500_000_000_000_000_000n],
  ])('%s is an amount', (text, units) => expect(tokensOf(text)).toBe(units))

  it.each(['', '.5', '1.', '-1', '0.0000000000000000001', '1,5'])('%s is no amount', (text) => expect(tokensOf(text)).toBeUndefined())

  it('is told apart by commas and white space', () => expect(entries(' a, b\nc,,')).toEqual(['a', 'b', 'c']))
})

describe('a wallet', () => {
  // the examples of EIP-55
  it.each([
    '0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed',
    '0xfB6916095ca1df60bB79Ce92cE3Ea74c37c5d359',
    '0xdbF03B407c01E7cD3CBea99509d93f8DDDC8C6FB',
    '0xD1220A0cf47c7B9Be7A2E6BA89F429762e7b9aDb',
  ])('knows %s by its capitals', (address) => expect(checksummed(address.toLowerCase())).toBe(address))

  it('is shown a message of EIP-4361', () =>
    expect(
      signInMessage({
        domain: 'stats.example',
        address: PAYER,
        uri: 'https://stats.example/account',
        chainId: 314,
        nonce: 'abcdefgh',
        issuedAt: new Date('2026-11-30T12:00:00Z'),
      }).split('\n'),
    ).toEqual([
      'stats.example wants you to sign in with your Ethereum account:',
      '0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed',
      '',
      'See, make and revoke the keys of this payer',
      '',
      'URI: https://stats.example/account',
      'Version: 1',
      'Chain ID: 314',
      'Nonce: abcdefgh',
      'Issued At: 2026-11-30T12:00:00.000Z',
    ]))

  it('calls transfer as ERC-20 has it', () =>
    expect(callData('transfer(address,uint256)', BigInt(PAYER), 255n)).toBe(
      `0xa9059cbb000000000000000000000000${PAYER.slice(2)}${'ff'.padStart(64, '0')}`,
    ))
})

describe('a top-up', () => {
  it('calls what the contract has', () =>
    expect(callData(TOP_UP, 12n, 10n ** 18n, 0n)).toBe(
      `0xeb561d9c${'c'.padStart(64, '0')}${'de0b6b3a7640000'.padStart(64, '0')}${'0'.repeat(64)}`,
    ))

  it('buys bytes by the price of 2^40', () => {
    expect(buys(7n * 10n ** 18n, 7n * 10n ** 18n)).toBe(1n << 40n)
    expect(buys(1n, 7n * 10n ** 18n)).toBe(0n)
  })

  it('is projected by the price of a byte, rounded down as the contract does', () =>
    expect(monthly(1000n, 7, 7n * 10n ** 18n)).toBe((6366462n * 1000n * 30n) / 7n))
})

test('half a date in a form is refused, not taken for none', () => {
  const elements = [{ name: 'name', validity: { badInput: false } }, {}, { name: 'expires', validity: { badInput: true } }]

  expect(() => given({ elements } as unknown as HTMLFormElement)).toThrow('expires: expected a whole value')
})

describe('limits of a key', () => {
  it('are what is written and nothing else', () =>
    expect(
      keyLimits(form({ bytes: '', bytesPerDay: '1 KiB', requestsPerSecond: '5', origins: 'https://a.example', networks: ' ' })),
    ).toEqual({ bytesPerDay: '1024', requestsPerSecond: 5, origins: ['https://a.example'] }))

  it.each([{ bytes: '1 GB' }, { requestsPerSecond: '1.5' }, { requestsPerSecond: '-1' }])('are not guessed: %o', (fields) =>
    expect(() => keyLimits(form(fields as unknown as Record<string, string>))).toThrow('expected'),
  )

  it('say which field is wrong', () => expect(() => bytesText('maxBytes', 'x')).toThrow('maxBytes: expected bytes like'))
})

describe('a policy', () => {
  it('leaves out what is empty', () =>
    expect(grant(PAYER, form({ dataSets: '12, fwss/13', access: 'keys', maxBytesPerDay: '1 MiB' }), 7)).toEqual({
      payer: PAYER,
      dataSets: ['12', '13'],
      access: 'keys',
      delegateKeyId: `0x${'0'.repeat(64)}`,
      delegateJwk: '',
      notBefore: '0',
      expires: '0',
      maxBytes: '0',
      maxBytesPerDay: '1048576',
      maxBytesPerDayOfKey: '0',
      maxBytesPerDayOfClient: '0',
      origins: [],
      cidrs: [],
      pieces: [],
      serial: '7',
    }))

  it('has a serial above all before it, whatever the clock says', () => {
    const before = [{ serial: 900 }, { serial: 70 }] as Policy[]

    expect([nextSerial(before, 1000), nextSerial(before, 900), nextSerial(before, 5), nextSerial([], 5)]).toEqual([1000, 901, 901, 5])
  })

  it('names its delegate by the thumbprint, and never by the private key', () => {
    const { jwk, id } = delegate('{"kty":"EC","crv":"P-256","x":"a","y":"b","d":"secret","kid":"c"}')

    expect(jwk).toBe('{"crv":"P-256","kty":"EC","x":"a","y":"b"}')
    expect(id).toMatch(/^0x[0-9a-f]{64}$/)
  })

  it.each(['', 'null', '{"kty":"EC","crv":"P-384","x":"a","y":"b"}', '{"kty":"oct"}'])('takes no %s for a delegate', (text) =>
    expect(() => delegate(text)).toThrow('Expected a JWK'),
  )
})
