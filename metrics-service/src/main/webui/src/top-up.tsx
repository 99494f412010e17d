import { useState } from 'preact/hooks'
import { Problem, type Network } from './api'
import { buys, tokensOf } from './exact'
import { Bytes, Copyable, Failed, Field, useAction } from './parts'

/** The function of the Filecoin Warm Storage contract that takes top-ups. */
export const TOP_UP = 'topUpCDNPaymentRails(uint256,uint256,uint256)'

interface TopUpProps {
  /** As in fwss/12. */
  dataSet: string
  payer: string
  network: Network
}

/** A top-up of a data set's rails, prepared for the payer's wallet. */
export function TopUp({ dataSet, payer, network }: TopUpProps) {
  const [cdn, setCdn] = useState('')
  const [miss, setMiss] = useState('')
  const [sent, setSent] = useState<string>()
  const { busy, problem, run } = useAction()
  const number = dataSet.slice(dataSet.indexOf('/') + 1)
  const amounts = [amount(cdn), amount(miss)] as const
  const send = () =>
    run(async () => {
      setSent(undefined)
      const [first, second] = amounts
      if (first === undefined || second === undefined || first + second === 0n) {
        throw new Problem('Expected amounts like 0.25, at least one of them above 0.')
      }
      const wallet = await import('./wallet')
      const from = await wallet.accountOf(payer)
      const data = wallet.callData(TOP_UP, BigInt(number), first, second)
      setSent(await wallet.send({ from, to: network.warmStorage, data }, network.chainId))
    })
  return (
    <details>
      <summary>{`Top up ${dataSet}`}</summary>
      <div class="halves">
        <Amounts label="USDFC for egress" name="cdn" value={cdn} set={setCdn} amount={amounts[0]} perTib={network.perTib.cdn} />
        <Amounts label="USDFC for bytes from providers" name="cacheMiss" value={miss} set={setMiss} amount={amounts[1]} perTib={network.perTib.cacheMiss} />
      </div>
      <p>
        The wallet of the payer calls <code>{TOP_UP}</code> of <code>{network.warmStorage}</code>, with{' '}
        <code>{`${number}, ${amounts[0] ?? '?'}, ${amounts[1] ?? '?'}`}</code>.
      </p>
      <button type="button" aria-busy={busy} disabled={busy} onClick={send}>
        Have the wallet send it
      </button>
      <div role="status">
        {sent !== undefined && (
          <>
            <p>It is sent, and counts once a block has it and the index knows that.</p>
            <Copyable text={sent} label="the hash of the transaction" />
          </>
        )}
      </div>
      <Failed why={problem} />
    </details>
  )
}

/** What somebody wrote; nothing is 0. */
function amount(text: string): bigint | undefined {
  return text.trim() === '' ? 0n : tokensOf(text)
}

interface AmountsProps {
  label: string
  name: string
  value: string
  set: (text: string) => void
  amount: bigint | undefined
  perTib: bigint
}

function Amounts({ label, name, value, set, amount, perTib }: AmountsProps) {
  return (
    <div>
      <Field
        label={label}
        name={name}
        value={value}
        inputMode="decimal"
        onInput={(event) => set(event.currentTarget.value)}
        {...(amount === undefined && { 'aria-invalid': 'true' as const, hint: 'Expected an amount like 0.25.' })}
      />
      {amount !== undefined && amount > 0n && (
        <p>
          buys <Bytes value={buys(amount, perTib)} />
        </p>
      )}
    </div>
  )
}
