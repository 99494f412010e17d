import { useState } from 'preact/hooks'
import { payer as payerOf } from '../ids'
import { Answer, Copyable, Section, Title, useNetwork } from '../parts'
import { PieceLink } from '../piece-link'

/** From nothing to the first fetch. */
export function Start() {
  const [text, setText] = useState('')
  const payer = payerOf(text)
  const wrong = text.trim() !== '' && payer === undefined
  const network = useNetwork()
  return (
    <>
      <Title text="Get started">
        <p>From nothing to the first fetch in five steps. What you give here stays in this page.</p>
      </Title>
      <Section title="1. Have a wallet with USDFC">
        <p>
          Whoever pays is called the payer, and is the address of a wallet with USDFC for bytes and storage, and FIL for gas
          {network.data !== undefined && `, on ${network.data.name} (chain ${network.data.chainId})`}.
        </p>
        <label>
          The payer's address
          <input
            name="payer"
            value={text}
            onInput={(event) => setText(event.currentTarget.value)}
            placeholder="0x…"
            autocomplete="off"
            spellcheck={false}
            {...(wrong && { 'aria-invalid': 'true' as const })}
          />
          <small role="status">{wrong && 'Expected 0x and 40 hex digits.'}</small>
        </label>
      </Section>
      <Section title="2. Deposit and approve">
        <p>
          Filecoin's SDK does it: <code>synapse.storage.prepare</code> says what a first upload needs, and has the wallet sign it.
        </p>
        <Copyable text="npm install @filoz/synapse-sdk" label="the command" />
      </Section>
      <Section title="3. Store a piece in a data set with the CDN">
        <p>
          <code>withCDN</code> counts when a data set is made. The upload returns the PieceCID, which is the piece's name for ever.
        </p>
        <pre tabIndex={0}>
          <code>{`const synapse = Synapse.create({ account, chain, source: null, withCDN: true })
const { pieceCid } = await synapse.storage.upload(bytes)`}</code>
        </pre>
      </Section>
      <Section title="4. Fetch it">
        <p>A new data set is served once no reorganisation can take it back: minutes on Filecoin, half a minute on a devnet.</p>
        <Answer of={network} what="where pieces are fetched" every={600_000}>
          {({ pieceUrl }) =>
            pieceUrl === undefined ? (
              <p>The operator of this service has not told where its edges are: ask for the URL of pieces.</p>
            ) : payer === undefined ? (
              <p>
                The URL is <code>{pieceUrl}</code>; with your address above, it is made here.
              </p>
            ) : (
              <PieceLink template={pieceUrl} payer={payer} />
            )
          }
        </Answer>
        <p>
          The first fetch comes from the provider, later ones from the cache of the edge that is near. Whoever switches location
          often, as by a VPN, meets another edge each time whose cache has not seen the piece: a cache that goes by geography is
          slower then, and more is billed as from providers.
        </p>
      </Section>
      <Section title="5. See it counted">
        {payer === undefined ? (
          <p>The payer's page shows within seconds what was served and what is left. With your address above, it is linked here.</p>
        ) : (
          <p>
            <a href={`/payer/${payer}`}>The page of this payer</a> shows within seconds what was served and what is left.
          </p>
        )}
      </Section>
    </>
  )
}
