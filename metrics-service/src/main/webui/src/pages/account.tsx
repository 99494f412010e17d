import { type Session, session, signIn, signOut } from '../access'
import { Keys } from '../keys'
import { Failed, Section, Time, Title, useAction, useNetwork } from '../parts'
import { Policies } from '../policies'
import { hasWallet } from '../wallet'

/** The page where a payer signs in with his wallet, and makes and takes back keys and policies. */
export function AccountPage() {
  const signedIn = session.use()
  return (
    <>
      <Title text="Keys and policies">
        <p>
          A key is for a program that fetches in your name, within limits. A policy says who may fetch on your account at all;
          without one, everyone may. Caches are regional: whoever switches location often, as by a VPN, or shares a key with
          people far away, meets caches that have not seen the piece, which is slower and fetches more from providers.
        </p>
      </Title>
      {signedIn === undefined ? (
        <SignIn />
      ) : (
        <>
          <SignedIn as={signedIn} />
          <Keys />
          <Policies payer={signedIn.payer} />
        </>
      )}
    </>
  )
}

function SignIn() {
  const { busy, problem, run } = useAction()
  return (
    <Section title="Sign in with the payer's wallet">
      <p>
        The wallet shows a message and signs it; that costs nothing, and moves nothing. You stay signed in for an hour, or until
        this page is closed or loaded again: nothing is stored in the browser.
      </p>
      {hasWallet() ? (
        <button type="button" aria-busy={busy} disabled={busy} onClick={() => run(signIn)}>
          Sign in
        </button>
      ) : (
        <p>This browser has no wallet. With one installed, load the page again; programs sign in by the API.</p>
      )}
      <Failed why={problem} />
    </Section>
  )
}

function SignedIn({ as }: { as: Session }) {
  const clock = useNetwork().data
  const { busy, problem, run } = useAction()
  return (
    <>
      <p>
        Signed in as{' '}
        <a href={`/payer/${as.payer}`}>
          <code>{as.payer}</code>
        </a>
        {', until '}
        <Time at={as.expires} clock={clock} />.{' '}
        <button type="button" class="outline secondary inline" aria-busy={busy} disabled={busy} onClick={() => run(signOut)}>
          Sign out
        </button>
      </p>
      <Failed why={problem} />
    </>
  )
}
