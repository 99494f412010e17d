/* Serves the example. node serve.js {URL of a piece} [port] says where to look at it. */
import { readFile } from 'node:fs/promises'
import { createServer } from 'node:http'

const [piece = '', port = '8500'] = process.argv.slice(2)
const files = ['index.js', 'example/index.html', 'example/worker.js', 'example/proved.js']

createServer(async (request, response) => {
  const { pathname } = new URL(request.url, 'http://localhost')
  const file = files.find((name) => pathname === `/${name}`)
  if (!file) return response.writeHead(404).end()
  response.setHeader('Content-Type', file.endsWith('.js') ? 'text/javascript' : 'text/html')
  response.end(await readFile(new URL(`../${file}`, import.meta.url)))
}).listen(Number(port), 'localhost', () => {
  console.log(`http://localhost:${port}/example/index.html?piece=${encodeURIComponent(piece)}`)
})
