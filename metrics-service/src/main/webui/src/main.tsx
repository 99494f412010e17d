import '@picocss/pico/css/pico.min.css'
import './style.css'
import { render } from 'preact'
import { lazy, LocationProvider, Route, Router, useLocation } from 'preact-iso'
import { useId, useState } from 'preact/hooks'
import { dataSet, payer } from './ids'
import { AuditPage } from './pages/audit'
import { Overview } from './pages/overview'
import { PayerPage } from './pages/payer'
import { ProviderPage } from './pages/provider'
import { Start } from './pages/start'
import { Title, useNetwork } from './parts'

/** Who looks at the first page needs none of these. */
const AccountPage = lazy(() => import('./pages/account').then((page) => page.AccountPage))
const SettlementPage = lazy(() => import('./pages/settlement').then((page) => page.SettlementPage))
const MeaningsPage = lazy(() => import('./pages/meanings').then((page) => page.MeaningsPage))
const SystemPage = lazy(() => import('./pages/system').then((page) => page.SystemPage))

/** The paths of pages; all else on this host is the API's. */
const PAGES = /^\/($|\?|start$|account$|settlement$|system$|meanings(?:$|#)|payer\/|provider\/|audit\/)/

function App() {
  return (
    <LocationProvider scope={PAGES}>
      <a class="skip" href="#content">
        Skip to the content
      </a>
      <Head />
      <main id="content" class="container" tabIndex={-1}>
        <Router>
          <Route path="/" component={Overview} />
          <Route path="/payer/:address" component={PayerPage} />
          <Route path="/provider/:generation/:id?" component={ProviderPage} />
          <Route path="/audit/:generation/:id?" component={AuditPage} />
          <Route path="/start" component={Start} />
          <Route path="/account" component={AccountPage} />
          <Route path="/settlement" component={SettlementPage} />
          <Route path="/system" component={SystemPage} />
          <Route path="/meanings" component={MeaningsPage} />
          <Route default component={Nowhere} />
        </Router>
      </main>
      <Foot />
    </LocationProvider>
  )
}

const HEADS = {
  '/': 'Overview',
  '/start': 'Get started',
  '/account': 'Keys',
  '/settlement': 'Settlement',
  '/system': 'System',
}

function Head() {
  const { path } = useLocation()
  const current = (href: string) => ({ href, ...(path === href && { 'aria-current': 'page' as const }) })
  return (
    <header class="container">
      <nav aria-label="Pages">
        <ul>
          <li>
            <strong>FilCDN</strong>
          </li>
          {Object.entries(HEADS).map(([href, name]) => (
            <li key={href}>
              <a {...current(href)}>{name}</a>
            </li>
          ))}
        </ul>
      </nav>
      <Search />
    </header>
  )
}

/** Goes to a payer's or a data set's page. */
function Search() {
  const { route } = useLocation()
  const [wrong, setWrong] = useState(false)
  const hint = useId()
  const go = (event: SubmitEvent) => {
    event.preventDefault()
    const text = String(new FormData(event.currentTarget as HTMLFormElement).get('of'))
    const [address, id] = [payer(text), dataSet(text)]
    setWrong(address === undefined && id === undefined)
    if (address !== undefined) route(`/payer/${address}`)
    else if (id !== undefined) route(`/audit/${id}`)
  }
  return (
    <form role="search" onSubmit={go} noValidate>
      <div role="group">
        <input
          name="of"
          aria-label="A payer's address, or a data set"
          placeholder="0x…, or fwss/12"
          autocomplete="off"
          spellcheck={false}
          {...(wrong && { 'aria-invalid': 'true' as const, 'aria-describedby': hint })}
        />
        <button type="submit">Look up</button>
      </div>
      <small id={hint} role="status">
        {wrong && 'Expected a payer (0x and 40 hex digits) or a data set (12 or fwss/12).'}
      </small>
    </form>
  )
}

function Foot() {
  const { data } = useNetwork()
  return (
    <footer class="container">
      {data !== undefined && `Network ${data.name}, chain ${data.chainId}. `}
      Bytes are counted to the digit: point at a number to see it whole. <a href="/meanings">What the numbers mean.</a>
    </footer>
  )
}

function Nowhere() {
  return (
    <Title text="There is no such page">
      <p>
        There are the <a href="/">overview</a> and <a href="/start">how to get started</a>; payers and data sets are found by the
        field above.
      </p>
    </Title>
  )
}

render(<App />, document.getElementById('app') as HTMLElement)
