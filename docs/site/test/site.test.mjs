// The built site, in a real browser. Each page is opened, and nothing may be asked of any
// other server, nor anything be complained of on the console.
import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { resolve } from 'node:path'
import { after, before, describe, test } from 'node:test'
import * as site from './browser.mjs'

const base = site.base()
const pages = site.pages()
const chapters = pages.filter((page) => page.startsWith('step'))
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
const root = resolve(site.folder, '../..')
const read = (path) => readFileSync(resolve(root, path), 'utf8').replaceAll('\r\n', '\n')
const source = (chapter) => read(`${chapter}/src/main/java/tcp/Server.java`)
const phone = { viewport: { width: 360, height: 740 }, hasTouch: true }

let chromium
let server
let address

before(async () => {
  ({ server, address } = await site.serve())
  chromium = await site.browser()
})

after(async () => {
  await chromium?.close()
  server?.close()
})

/** Opens a page, looks at it, and fails on what it complains about. */
async function visit(name, look, options = {}) {
  const context = await chromium.newContext({
    viewport: { width: 1440, height: 900 }, permissions: ['clipboard-read', 'clipboard-write'],
    ...options,
  })
  try {
    const complaints = []
    context.on('console', (message) => {
      if (['error', 'warning'].includes(message.type())) {
        complaints.push(`on the console: ${message.text()}`)
      }
    })
    context.on('weberror', (error) => complaints.push(`an error: ${error.error()}`))
    context.on('request', (request) => {
      if (!request.url().startsWith(address) && !/^(data|blob):/.test(request.url())) {
        complaints.push(`asks elsewhere: ${request.url()}`)
      }
    })
    context.on('response', (response) => {
      if (response.status() >= 400) {
        complaints.push(`${response.status()}: ${response.url()}`)
      }
    })
    const page = await context.newPage()
    page.setDefaultTimeout(30_000)
    await page.goto(`${address}${name}.html`)
    if (options.javaScriptEnabled !== false) {
      // Vue has taken over when it has put its app on the element; then the diagrams come.
      await page.waitForFunction(() => document.querySelector('#app')?.__vue_app__)
      await page.waitForFunction(() => [...document.querySelectorAll('.diagram')]
        .every((diagram) => diagram.querySelector('.in-light svg')))
    }
    await look(page)
    assert.deepEqual(complaints, [], `${name} complains`)
  } finally {
    await context.close()
  }
}

/** What axe finds in what is shown now: by all of its rules, or by these. */
async function accessible(page, name, ...rules) {
  await page.evaluate(axe)
  const { violations } = await page.evaluate((only) => window.axe.run(document, {
    resultTypes: ['violations'],
    runOnly: only.length ? { type: 'rule', values: only } : [
      'wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'],
  }), rules)
  assert.deepEqual(violations.map(({ id, help, nodes }) => ({
    id, help, nodes: nodes.slice(0, 3).map(({ html, failureSummary }) => `${html.slice(0, 200)} ${failureSummary}`),
  })), [], `axe, on ${name}`)
}

const copied = (page) => page.evaluate(() => navigator.clipboard.readText())

/** How far the page is wider than the window. */
const tooWide = (page) => page.evaluate(
  () => document.documentElement.scrollWidth - document.documentElement.clientWidth)

// Only one of the two copies anything: the browser has one clipboard for all.
describe('each page', { concurrency: 2 }, () => {
  describe('wide and light', { concurrency: 1 }, () => pages.forEach((name) => test(name, () => visit(name, async (page) => {
    assert.equal(await page.locator('h1').count(), 1, 'a page has one title')
    assert.equal(await tooWide(page), 0, 'the page scrolls sideways')
    await accessible(page, name)
    await diagramsAre('light', page)
    if (chapters.includes(name)) {
      await hasAPicture(page, name)
      await showsChanges(page, name)
      await showsTheWholeFile(page, name)
    }
  }, { colorScheme: 'light' }))))

  describe('dark, and on a phone', { concurrency: 1 }, () => pages.forEach((name) => test(name, () => visit(name, async (page) => {
    assert.equal(await tooWide(page), 0, 'the page scrolls sideways on a phone')
    await accessible(page, `${name}, dark, on a phone`, 'color-contrast', 'target-size',
      'scrollable-region-focusable')
    await diagramsAre('dark', page)
  }, { ...phone, colorScheme: 'dark' }))))
})

async function diagramsAre(colour, page) {
  const other = colour === 'dark' ? 'light' : 'dark'
  const sources = [...read(`docs/${sourceOf(page)}`).matchAll(/^```mermaid$/gm)].length
  assert.equal(await page.locator('.diagram').count(), sources, 'all diagrams')
  for (const diagram of await page.locator('.diagram').all()) {
    assert.ok(await diagram.locator(`.in-${colour} svg[aria-labelledby]`).isVisible(),
      'a diagram is drawn, and has a text')
    assert.ok(!await diagram.locator(`.in-${other}`).isVisible(), 'in one colour')
    const fills = (svg) => diagram.locator(`.in-${svg} .node :is(path, rect)`).evaluateAll(
      (all) => all.map((shape) => getComputedStyle(shape).fill).filter((fill) => fill !== 'none'))
    const shared = (await fills(other)).filter((fill) => fill !== 'rgba(0, 0, 0, 0)')
    assert.deepEqual((await fills(colour)).filter((fill) => shared.includes(fill)), [],
      'boxes of the other colour')
  }
}

const sourceOf = (page) => new URL(page.url()).pathname.slice(base.length)
  .replace('index.html', 'README.html').replace(/\.html$/, '.md')

async function hasAPicture(page, chapter) {
  const picture = page.locator('.picture')
  assert.equal(await picture.count(), 1)
  assert.match(await picture.getAttribute('aria-label'), /^Time line of step \d\. .{100}/)
  assert.equal(await picture.locator('svg text').count(),
    [...read(`docs/pictures/${chapter}.svg`).matchAll(/<text/g)].length)
}

/** The diff blocks of a chapter's Markdown, each as its lines. */
const diffs = (chapter) => [...read(`docs/${chapter}.md`)
  .matchAll(/^```diff [^\n]*\n([^]*?)^```$/gm)].map(([, text]) => text.trimEnd().split('\n'))

async function showsChanges(page, chapter) {
  const blocks = page.locator('.block:has(.diff-button)')
  const expected = diffs(chapter)
  assert.equal(await blocks.count(), expected.length)
  for (const [i, lines] of expected.entries()) {
    const block = blocks.nth(i)
    const is = (mark) => lines.filter((line) => line[0] === mark).map((line) => line.slice(1))
    const shown = async (kind) => (await block.locator(`.${kind}`).allTextContents())
      .map((text) => text.replace(/\n+$/, '').slice(1))
    assert.deepEqual(await shown('added'), is('+'))
    assert.deepEqual(await shown('removed'), is('-'))
    assert.ok(await block.locator('.line span[style*="--shiki"]').count() > 3, 'coloured as Java')
    assert.match(await block.locator('.title-bar').innerText(),
      new RegExp(`^${chapter}/…/Server\\.java\\s*\\w+`))
    assert.match(await block.locator('.title-bar a').getAttribute('href'),
      new RegExp(`${chapter}/src/main/java/tcp/Server\\.java`))
    await block.locator('.vp-code').hover()
    await block.locator('button.copy').click()
    await block.locator('button.copied').waitFor()
    const text = (await copied(page)).replaceAll('\r\n', '\n')
    assert.deepEqual(text.split('\n').filter((line) => line.trim()),
      is('+').filter((line) => line.trim()), 'the new lines are copied, and no others')
  }
}

async function showsTheWholeFile(page, chapter) {
  const code = page.locator('.block:has(.diff-button)').first()
  assert.equal(await code.locator('.removed:visible').count() > 0, chapter !== 'step1-init')
  await page.getByLabel('whole file of this step').check()
  const lines = await code.locator('.whole-file .line').evaluateAll((all) => all.map((line) => {
    const copy = line.cloneNode(true)
    copy.querySelector('.mark').remove()
    return { text: copy.textContent.replace(/\n$/, ''), isNew: line.matches('ins.added') }
  }))
  assert.equal(lines.map(({ text }) => text).join('\n') + '\n', source(chapter))
  const before = chapters[chapters.indexOf(chapter) - 1]
  const old = before ? source(before).split('\n') : []
  const fresh = lines.filter(({ isNew }) => isNew).map(({ text }) => text)
  for (const { text } of lines.filter(({ isNew }) => !isNew)) {
    assert.ok(old.includes(text), `not new, and not in the step before: ${text}`)
  }
  assert.deepEqual(lines.filter(({ text }) => text.trim() && !old.includes(text))
    .map(({ text }) => text).filter((text) => !fresh.includes(text)), [], 'new, and not marked')
  await code.hover()
  await code.locator('.whole-file button.copy').click()
  await code.locator('.whole-file button.copied').waitFor()
  assert.equal((await copied(page)).replaceAll('\r\n', '\n').trimEnd(), source(chapter).trimEnd())
  if (chapter === 'step2-discard') {
    await accessible(page, `${chapter}, the whole file`)
  }
  await code.getByRole('button', { name: 'Show the changes' }).click()
  assert.equal(await page.locator('.whole-file:visible').count(), 0)
}

test('links and anchors lead somewhere', async () => {
  const ids = new Map()
  const links = new Map()
  const context = await chromium.newContext({ javaScriptEnabled: false })
  const page = await context.newPage()
  for (const name of pages) {
    await page.goto(`${address}${name}.html`)
    ids.set(`${address}${name}.html`, new Set(
      await page.locator('[id]').evaluateAll((all) => all.map(({ id }) => id))))
    for (const href of await page.locator('a[href]').evaluateAll((all) => all.map((a) => a.href))) {
      links.set(href, name)
    }
  }
  await context.close()
  assert.ok(links.size > 150, `only ${links.size} links`)
  const dead = []
  for (const [link, from] of links) {
    const [where, anchor] = link.split('#')
    const target = where === address ? `${address}index.html` : where
    const inRepository = link.match(/\/(?:blob|tree)\/[^/]+\/([^#]*)/)?.[1]
    if (inRepository && process.env.GITHUB_REPOSITORY
        && link.includes(process.env.GITHUB_REPOSITORY)) {
      if (!existsSync(resolve(root, inRepository))) {
        dead.push(`${from}: ${link}: not in the repository`)
      }
    } else if (link.startsWith(address)) {
      const known = ids.get(target)
      if (!known && !(await fetch(target)).ok) {
        dead.push(`${from}: ${link}: no such page`)
      } else if (known && anchor && !known.has(decodeURI(anchor))) {
        dead.push(`${from}: ${link}: no such heading`)
      }
    } else if (!link.startsWith('https://')) {
      dead.push(`${from}: ${link}: out of the site`)
    }
  }
  assert.deepEqual(dead, [])
})

test('search finds the section of a term', () => visit('index', async (page) => {
  for (const [words, where] of [
    ['delayed acknowledgement', 'glossary.html#delayed-acknowledgement'],
    ['lingering close', 'step4-write.html#piece-2-hang-up-like-a-friend'],
    ['epoll_ctl', 'step1-init.html#what-the-kernel-sees'],
    ['request smuggling', 'where-next.html#http-for-real'],
    ['no descriptors left', 'step3-read.html#piece-4-no-descriptors-left'],
  ]) {
    await page.keyboard.press('Control+k')
    await page.getByRole('searchbox').fill(words)
    await page.locator(`.VPLocalSearchBox .result[href$="${where}"]`).click()
    await page.waitForURL(address + where)
    await page.locator('.VPLocalSearchBox').waitFor({ state: 'detached' })
  }
}))

test('search wants all of the words', () => visit('index', async (page) => {
  await page.keyboard.press('Control+k')
  await page.getByRole('searchbox').fill('selector zzzzzz')
  await page.locator('.VPLocalSearchBox .no-results').waitFor()
}))

test('dark at will, and still after a reload', () => visit('step1-init', async (page) => {
  const background = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor)
  const diagram = page.locator('.diagram').first()
  const picture = () => page.locator('.picture .paper').evaluate((paper) => getComputedStyle(paper).fill)
  const before = [await background(), await picture()]
  await page.locator('.VPNavBarAppearance .VPSwitchAppearance').click()
  await diagram.locator('.in-dark').waitFor()
  const after = [await background(), await picture()]
  assert.notEqual(after[0], before[0], 'the page is dark')
  assert.notEqual(after[1], before[1], 'the picture is dark')
  await page.reload()
  await diagram.locator('.in-dark svg').waitFor()
  assert.equal(await background(), after[0])
}, { colorScheme: 'light' }))

test('commands are copied without prompt and output', () => visit('step1-init', async (page) => {
  const block = page.locator('.language-console').nth(2)
  await block.hover()
  await block.locator('button.copy').click()
  await block.locator('button.copied').waitFor()
  assert.equal((await copied(page)).trim(), 'mkdir -p my/tcp')
  const server = page.locator('.language-console').first()
  await server.hover()
  await server.locator('button.copy').click()
  await server.locator('button.copied').waitFor()
  assert.equal((await copied(page)).trim(), 'java step1-init/src/main/java/tcp/Server.java')
}))

test('without scripts there is all to read', () => visit('step3-read', async (page) => {
  assert.ok(await page.locator('.block .added').first().isVisible())
  assert.ok(await page.locator('.picture svg').isVisible())
  assert.match(await page.locator('.diagram').first().innerText(), /receive buffer A/)
  assert.equal(await page.locator('.code-switch:visible, .diff-button:visible').count(), 0,
    'a button that would do nothing')
}, { javaScriptEnabled: false }))

test('previous, next, and what is on this page', () => visit('step3-read', async (page) => {
  assert.equal(await page.locator('.pager-link.prev').getAttribute('href'), `${base}step2-discard.html`)
  assert.equal(await page.locator('.pager-link.next').getAttribute('href'), `${base}step4-write.html`)
  await page.locator('.VPDocAsideOutline').getByText('What the kernel sees').click()
  await page.waitForURL(/#what-the-kernel-sees$/)
}))

test('the keyboard reaches the text first, and shows where it is', () => visit('step2-discard', async (page) => {
  await page.keyboard.press('Tab')
  assert.equal(await page.evaluate(() => document.activeElement.textContent.trim()), 'Skip to content')
  await page.keyboard.press('Enter')
  for (let i = 0; i < 12; i++) {
    await page.keyboard.press('Tab')
    const { outline, shadow, what } = await page.evaluate(() => {
      const style = getComputedStyle(document.activeElement)
      return { outline: style.outlineStyle, shadow: style.boxShadow, what: document.activeElement.outerHTML.slice(0, 120) }
    })
    assert.ok(outline !== 'none' || shadow !== 'none', `no focus is seen on ${what}`)
  }
}))

test('on paper', () => visit('step2-discard', async (page) => {
  await page.emulateMedia({ media: 'print' })
  await page.evaluate(() => dispatchEvent(new Event('beforeprint')))
  for (const hidden of ['.VPNav', '.VPSidebar', '.VPDocFooter', '.code-switch', 'button.copy']) {
    assert.equal(await page.locator(`${hidden}:visible`).count(), 0, `${hidden} is printed`)
  }
  assert.equal(await page.evaluate(() => getComputedStyle(document.body).backgroundColor),
    'rgb(255, 255, 255)')
  assert.ok(await page.getByText('At least a hundred times').isVisible(), 'answers are unfolded')
  await page.setViewportSize({ width: 700, height: 900 })
  const cut = await page.locator('.vp-doc pre:visible').evaluateAll(
    (all) => all.filter((pre) => pre.scrollWidth > pre.clientWidth + 1).length)
  assert.equal(cut, 0, 'lines are cut off')
}, { colorScheme: 'dark' }))
