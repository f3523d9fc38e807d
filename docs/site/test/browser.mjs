// The built site on a free port of this machine, and a browser to look at it with.
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { createServer } from 'node:http'
import { dirname, extname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { chromium } from 'playwright-core'

export const folder = resolve(dirname(fileURLToPath(import.meta.url)), '..')
const dist = join(folder, '.vitepress', 'dist')
const types = {
  '.html': 'text/html; charset=utf-8', '.js': 'text/javascript', '.css': 'text/css',
  '.svg': 'image/svg+xml', '.json': 'application/json', '.txt': 'text/plain; charset=utf-8',
}

/** The names of the pages, as in step1-init and workshop/step1. */
export function pages() {
  return readdirSync(dist, { recursive: true }).map((file) => file.replaceAll('\\', '/'))
    .filter((file) => /^(?!files|assets|404).*\.html$/.test(file))
    .map((file) => file.replace('.html', '')).sort()
}

/** Where the built site thinks that it is: / or /name/. */
export function base() {
  if (!existsSync(join(dist, 'index.html'))) {
    stop('There is no built site to test. Build it first: npm run build')
  }
  return readFileSync(join(dist, 'index.html'), 'utf8').match(/href="([^"]*)favicon\.svg"/)[1]
}

/** Serves the built site, as a code host does: in a folder, with its page for 404. */
export async function serve() {
  const folder = base()
  const server = createServer((request, response) => {
    const path = decodeURI(new URL(request.url, 'http://site').pathname)
    let file = path.startsWith(folder) ? join(dist, path.slice(folder.length)) : ''
    if (file && existsSync(file) && statSync(file).isDirectory()) {
      file = join(file, 'index.html')
    }
    const found = file.startsWith(dist) && existsSync(file)
    response.writeHead(found ? 200 : 404, {
      'content-type': found ? types[extname(file)] ?? 'application/octet-stream' : types['.html'],
    })
    response.end(readFileSync(found ? file : join(dist, '404.html')))
  })
  await new Promise((listening) => server.listen(0, '127.0.0.1', listening))
  return { server, address: `http://127.0.0.1:${server.address().port}${folder}` }
}

export async function browser() {
  const program = process.env.CHROMIUM ?? '/usr/bin/chromium'
  if (!existsSync(program)) {
    stop(`There is no browser ${program}. Install one (on Debian and Ubuntu: apt-get`
      + ' install chromium), or set CHROMIUM to the path of yours.')
  }
  return chromium.launch({
    executablePath: program,
    args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run',
      '--disable-background-networking', '--disable-component-update', '--disable-sync'],
  })
}

function stop(what) {
  console.error(what)
  process.exit(1)
}
