/* A service worker that proves each byte of a piece before a page gets it. */
import { provedResponse } from './proved.js'

const PIECE = /\/bafkzcib[a-z2-7]+$/

/** The page wants to see what becomes of a wrong bit. */
let flip = false

self.addEventListener('install', () => self.skipWaiting())
self.addEventListener('activate', (event) => event.waitUntil(self.clients.claim()))
self.addEventListener('message', ({ data }) => { flip = data.flip })

self.addEventListener('fetch', (event) => {
  const { method, url } = event.request
  if (method === 'GET' && PIECE.test(new URL(url).pathname)) event.respondWith(answer(event.request))
})

async function answer(request) {
  try {
    return await provedResponse(request, { fetch: fetchFlipped, onProved: tell })
  } catch (error) {
    await tell({ error: error.message })
    return Response.error()
  }
}

/** The bytes that a lying edge would send. */
async function fetchFlipped(url, init) {
  const response = await fetch(url, init)
  if (!flip || !init) return response
  const bytes = new Uint8Array(await response.arrayBuffer())
  bytes[bytes.length >> 1] ^= 1
  return new Response(bytes, response)
}

async function tell(what) {
  for (const client of await self.clients.matchAll()) client.postMessage(what)
}
