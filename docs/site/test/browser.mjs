// The built site on a free port of this machine, and a browser to look at it with.
import assert from 'node:assert/strict'
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { createServer } from 'node:http'
import { createRequire } from 'node:module'
import { dirname, extname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import playwright from 'playwright-core'

export const folder = resolve(dirname(fileURLToPath(import.meta.url)), '..')
const dist = join(folder, '.vitepress', 'dist')
const axe = createRequire(import.meta.url).resolve('axe-core/axe.min.js')
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
    fail('There is no built site to test. Build it first: npm run build')
  }
  return readFileSync(join(dist, 'index.html'), 'utf8').match(/href="([^"]*)favicon\.svg"/)[1]
}

/** Serves the built site, as a code host does: in a folder, with its page for 404. */
export async function serve() {
  const folder = base()
  const server = createServer((request, response) => {
    const path = decodeURI(new URL(request.url, 'http://site').pathname)
    let file = path === `${folder}axe.js` ? axe : path.startsWith(folder) ? join(dist, path.slice(folder.length)) : ''
    if (file && existsSync(file) && statSync(file).isDirectory()) {
      file = join(file, 'index.html')
    }
    const found = (file === axe || file.startsWith(dist)) && existsSync(file)
    response.writeHead(found ? 200 : 404, {
      'content-type': found ? types[extname(file)] ?? 'application/octet-stream' : types['.html'],
      // What has a hash in its name stays as it is.
      'cache-control': file === axe || file.startsWith(join(dist, 'assets')) ? 'max-age=3600' : 'no-cache',
    })
    response.end(readFileSync(found ? file : join(dist, '404.html')))
  })
  await new Promise((listening) => server.listen(0, '127.0.0.1', listening))
  return { server, address: `http://127.0.0.1:${server.address().port}${folder}` }
}

export async function browser() {
  // The headless shell is the same engine without windows and menus, which makes it faster.
  const programs = process.env.CHROMIUM ? [process.env.CHROMIUM] : ['/usr/bin/chromium-headless-shell', '/usr/bin/chromium']
  const program = programs.find(existsSync)
  if (!program) {
    fail(`There is no browser ${programs.at(-1)}. Install one (on Debian and Ubuntu: apt-get`
      + ' install chromium), or set CHROMIUM to the path of yours.')
  }
  return playwright.chromium.launch({
    executablePath: program,
    args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run',
      '--disable-background-networking', '--disable-component-update', '--disable-sync',
      '--disable-features=PaintHolding,SpareRendererForSitePerProcess'],
  })
}

function fail(what) {
  console.error(what)
  process.exit(1)
}

export const desk = { viewport: { width: 1440, height: 900 }, permissions: ['clipboard-read', 'clipboard-write'] }
export const phone = { viewport: { width: 360, height: 740 }, hasTouch: true }

export let chromium
export let address
let server

/** To be done before the tests of a file. */
export async function start() {
  ({ server, address } = await serve())
  chromium = await browser()
}

export async function stop() {
  await chromium?.close()
  server?.close()
}

// Windows that no test uses now, by their options. A new one costs more than a page that it shows.
const free = new Map()

async function newWindow(options) {
  const context = options.context ?? await chromium.newContext({ ...desk, ...options })
  const page = await context.newPage()
  const complaints = []
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) {
      complaints.push(`on the console: ${message.text()}`)
    }
  })
  page.on('pageerror', (error) => complaints.push(`an error: ${error}`))
  page.on('request', (request) => {
    if (!request.url().startsWith(address) && !/^(data|blob|about):/.test(request.url())) {
      complaints.push(`asks elsewhere: ${request.url()}`)
    }
  })
  page.on('response', (response) => {
    if (response.status() >= 400) {
      complaints.push(`${response.status()}: ${response.url()}`)
    }
  })
  page.setDefaultTimeout(60_000)
  await page.addInitScript(() => {
    // Or each page fetches what it links to beforehand: three times as many requests.
    Object.defineProperty(navigator, 'connection', { value: { saveData: true } })
    window.shift = 0
    new PerformanceObserver((list) => list.getEntries().forEach((entry) => {
      window.shift += entry.hadRecentInput ? 0 : entry.value
      window.shifted = entry.sources.map(({ node }) => (node?.outerHTML ?? node?.textContent ?? '').slice(0, 200))
    })).observe({ type: 'layout-shift', buffered: true })
  })
  return { page, complaints }
}

/** Makes a window as good as new: what a page has stored is gone, and what was emulated. */
async function clean(page, { viewport, colorScheme = 'light', reducedMotion = 'no-preference' }) {
  await page.evaluate(() => [localStorage, sessionStorage].forEach((all) => all.clear()))
  await page.goto('about:blank')
  await page.mouse.move(0, 0)
  await page.setViewportSize(viewport)
  await page.emulateMedia({ media: null, colorScheme, reducedMotion })
}

/** Opens a page, looks at it, and fails on what it complains about. */
export async function visit(name, look, options = {}) {
  const { context, ignore, ...looks } = { ...desk, ...options }
  const kind = JSON.stringify(looks)
  const used = !context && free.get(kind)?.pop() || await newWindow({ ...looks, context })
  const { page, complaints } = used
  complaints.length = 0
  let good = false
  try {
    await open(page, name, options)
    await look(page)
    assert.deepEqual(complaints.filter((one) => !ignore?.test(one)), [], `${name} complains`)
    good = !context
  } finally {
    if (good) {
      await clean(page, looks)
      free.set(kind, [...free.get(kind) ?? [], used])
    } else {
      await (context ? page : page.context()).close()
    }
  }
}

/** Goes to a page, and waits until Vue has taken over: its app is on the element then. */
export async function open(page, name, { javaScriptEnabled } = {}) {
  const [file, hash] = name.split('#')
  await page.goto(`${address}${file}.html${hash ? `#${hash}` : ''}`)
  if (javaScriptEnabled !== false) {
    await page.waitForFunction(() => document.querySelector('#app')?.__vue_app__)
  }
}

/** The pages of which all is looked at. Of others, what all have in common is left out. */
const whole = ['index', 'step1-init']

/** What axe finds in what is shown now: by all of its rules, or by these. */
export async function accessible(page, name, ...rules) {
  await page.addScriptTag({ url: `${address}axe.js` })
  // Of the code, one piece of each colour is looked at.
  await page.evaluate(() => {
    const seen = new Set()
    for (const token of document.querySelectorAll('.shiki .line span')) {
      const look = [getComputedStyle(token).color, token.closest('.line').className, token.closest('pre').className].join()
      token.toggleAttribute('data-seen', seen.has(look))
      seen.add(look)
    }
  })
  const { violations } = await page.evaluate(([only, exclude]) => window.axe.run({ exclude }, {
    resultTypes: ['violations'], preload: false, selectors: false,
    runOnly: only.length ? { type: 'rule', values: only } : [
      'wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'],
  }), [rules, ['[data-seen]', ...whole.includes(name.split(',')[0]) ? [] : ['.VPNav', '.VPLocalNav', '.VPSidebar', '.VPFooter', '.VPDocAsideOutline']]])
  assert.deepEqual(violations.map(({ id, help, nodes }) => ({
    id, help, nodes: nodes.slice(0, 3).map(({ html, failureSummary }) => `${html.slice(0, 200)} ${failureSummary}`),
  })), [], `axe, on ${name}`)
}

/** How far the page is wider than the window. */
export const tooWide = (page) => page.evaluate(
  () => document.documentElement.scrollWidth - document.documentElement.clientWidth)
