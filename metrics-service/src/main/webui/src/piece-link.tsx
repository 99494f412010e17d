import { useId, useState } from 'preact/hooks'
import { piece, pieceUrl } from './ids'
import { Copyable } from './parts'

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
      {cid !== undefined && <Try url={pieceUrl(template, payer, cid)} />}
    </>
  )
}

/** A URL to copy, to look at, and to ask from a terminal. */
function Try({ url }: { url: string }) {
  return (
    <>
      <Copyable text={url} label="the URL" />
      <p>
        <a href={url} target="_blank" rel="noopener noreferrer">
          Look at the piece
        </a>
        , in a tab of its own: this page loads nothing from elsewhere. It counts as a fetch.
      </p>
      <Copyable text={`curl -fsSo piece -D - '${url}'`} label="the command" />
    </>
  )
}
