import { useId, useState } from 'preact/hooks'
import { piece, pieceUrl } from './ids'
import { Bytes, Copyable, Failed, Figure, useAction } from './parts'
import { preview, type Tried, tryPiece } from './piece'

/** The URL of a payer's piece, made of the PieceCID that the visitor gives. */
export function PieceLink({ template, payer }: { template: string; payer: string }) {
  const [text, setText] = useState('')
  const hint = useId()
  const cid = piece(text)
  const wrong = text.trim() !== '' && cid === undefined
  return (
    <>
      <label>
        PieceCID
        <input
          value={text}
          onInput={(event) => setText(event.currentTarget.value)}
          placeholder="bafkzcib…"
          autocomplete="off"
          spellcheck={false}
          aria-describedby={hint}
          {...(wrong && { 'aria-invalid': 'true' as const })}
        />
        <small id={hint}>
          {wrong ? 'Expected a PieceCID, which begins with bafkzcib (v2) or baga (v1).' : 'As the SDK returned it, or as the index tells it.'}
        </small>
      </label>
      {cid !== undefined && <PieceAt key={cid} url={pieceUrl(template, payer, cid)} />}
    </>
  )
}

/** A piece's URL to copy, to ask from a terminal, and to try from here. */
export function PieceAt({ url }: { url: string }) {
  const { busy, problem, run } = useAction()
  const [tried, setTried] = useState<Tried>()
  return (
    <>
      <Copyable text={url} label="the URL" />
      <Copyable text={`curl -fsSo piece -D - '${url}'`} label="the command" />
      <p>
        <a href={url} target="_blank" rel="noopener noreferrer">
          The piece in a tab of its own
        </a>
        {'. To try it fetches the first 64 KiB from here, and what a preview shows besides; all of that counts as fetched. '}
        <button type="button" class="inline" aria-busy={busy} disabled={busy} onClick={() => run(async () => setTried(await tryPiece(url)))}>
          Try it
        </button>
      </p>
      <div role="status">{tried !== undefined && <Answered of={tried} />}</div>
      <Failed why={problem} />
      {tried?.size !== undefined && <Preview url={url} of={tried} />}
    </>
  )
}

const ms = (time: number) => `${time.toFixed(0)} ms`

function Answered({ of }: { of: Tried }) {
  return (
    <>
      <dl class="figures">
        <Figure label="Status">
          <data value={of.status} data-name="tried-status">
            {of.status}
          </data>
        </Figure>
        <Figure label="The head came in" note={`the last byte of the first ${of.bytes.length} in ${ms(of.all)}`}>
          {ms(of.head)}
        </Figure>
        {of.size !== undefined && (
          <Figure label="The whole piece" note={of.type}>
            <Bytes value={of.size} name="tried-size" />
          </Figure>
        )}
        {of.dataSet !== undefined && <Figure label="Paid by the data set">{of.dataSet}</Figure>}
      </dl>
      {of.cache !== undefined && (
        <p>
          From where: <code>{of.cache}</code>
        </p>
      )}
      {of.code !== undefined && (
        <p class="problem">
          <code>{of.code}</code>
          {of.detail !== undefined && `: ${of.detail}`}
        </p>
      )}
    </>
  )
}

/** A piece, as far as browsers show it. Nothing of it runs here: the policy of this page lets no script in. */
function Preview({ url, of }: { url: string; of: Tried }) {
  const [broken, setBroken] = useState(false)
  const shown = preview(of)
  if (broken) return <p>{`The browser cannot show it as ${of.type}.`}</p>
  const media = { src: url, crossOrigin: 'anonymous' as const, onError: () => setBroken(true) }
  switch (shown.kind) {
    case 'image':
      return <img class="preview" alt="The piece" {...media} />
    case 'audio':
      return <audio class="preview" aria-label="The piece" controls preload="metadata" {...media} />
    case 'video':
      return <video class="preview" aria-label="The piece" controls preload="metadata" {...media} />
    case 'text':
      return (
        <pre class="preview" tabIndex={0} aria-label="The beginning of the piece">
          {shown.text}
        </pre>
      )
    case 'none':
      return <p>{`There is no preview of ${of.type === '' ? 'what has no media type' : of.type}.`}</p>
  }
}
