// Each page of the built site, in a real browser: wide, narrow, and what it lets you copy.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { after, before, describe, test } from 'node:test'
import * as site from './browser.mjs'
import { accessible, chromium, click, desk, phone, tooWide, visit } from './browser.mjs'

const pages = site.pages()
const chapters = pages.filter((page) => /^step\d-/.test(page))
const read = (path) => readFileSync(resolve(site.folder, '../..', path), 'utf8').replaceAll('\r\n', '\n')
const source = (chapter) => read(`${chapter}/src/main/java/tcp/Server.java`)

before(site.start)
after(site.stop)

/** Nothing moves as the page loads. To be asked before axe, which scrolls. */
async function staysInPlace(page) {
  await page.evaluate(() => new Promise((done) => requestIdleCallback(done)))
  const { shift, shifted } = await page.evaluate(() => ({ shift: window.shift, shifted: window.shifted }))
  assert.ok(shift < 0.05, `it moves by ${shift} as it loads: ${shifted}`)
}

// Only one of the three copies anything: the browser has one clipboard for all.
describe('each page', { concurrency: 3 }, () => {
  // Each kind has a browser profile, which keeps what the pages have in common.
  let wide
  let narrow
  let copying
  before(async () => {
    wide = await chromium.newContext({ ...desk, colorScheme: 'light' })
    narrow = await chromium.newContext({ ...phone, colorScheme: 'dark' })
    copying = await chromium.newContext(desk)
  })

  describe('wide and light', { concurrency: 1 }, () => pages.forEach((name) => test(name, () => visit(name, async (page) => {
    await staysInPlace(page)
    assert.equal(await page.locator('h1').count(), 1, 'a page has one title')
    assert.equal(await tooWide(page), 0, 'the page scrolls sideways')
    await accessible(page, name)
    await linesAreReadable(page)
    const { description, title, image, canonical } = await page.evaluate(() => ({
      description: document.querySelector('meta[name=description]')?.content,
      title: document.querySelector('meta[property="og:title"]')?.content,
      image: document.querySelector('meta[property="og:image"]')?.content,
      canonical: document.querySelector('link[rel=canonical]')?.href,
    }))
    assert.ok(description?.length > 40 && title?.length > 3, `it says what it is: ${title}: ${description}`)
    assert.equal(Boolean(image && canonical), Boolean(process.env.GITHUB_REPOSITORY), 'an address of its own')
  }, { context: wide }))))

  describe('what it lets you copy', { concurrency: 1 }, () => pages.forEach((name) => test(name, () => visit(name, async (page) => {
    if (chapters.includes(name)) {
      await showsChanges(page, name)
      await showsTheFileAfterEachPiece(page, name)
    }
    await copiesWithoutANewline(page)
  }, { context: copying }))))

  describe('dark, and on a phone', { concurrency: 1 }, () => pages.forEach((name) => test(name, () => visit(name, async (page) => {
    await staysInPlace(page)
    assert.equal(await tooWide(page), 0, 'the page scrolls sideways on a phone')
    await accessible(page, `${name}, dark, on a phone`, 'color-contrast', 'target-size',
      'scrollable-region-focusable')
    await picturesAreLegible(page)
  }, { context: narrow }))))
})

/** At most 75 characters in a line of prose, by the lines that the browser made. */
async function linesAreReadable(page) {
  const longest = await page.evaluate(() => {
    const counts = []
    for (const p of [...document.querySelectorAll('.vp-doc > div > p:not([class]), .vp-doc > div > ul > li')].slice(0, 12)) {
      const walker = document.createTreeWalker(p, NodeFilter.SHOW_TEXT)
      const lines = new Map()
      for (let node = walker.nextNode(); node; node = walker.nextNode()) {
        for (let i = 0; i < node.length; i++) {
          const range = document.createRange()
          range.setStart(node, i)
          range.setEnd(node, i + 1)
          const y = Math.round(range.getBoundingClientRect().bottom / 8)
          lines.set(y, (lines.get(y) ?? 0) + 1)
        }
      }
      counts.push(...lines.values())
    }
    return counts.sort((a, b) => a - b)[Math.floor(counts.length * 0.95)] ?? 0
  })
  assert.ok(longest <= 78, `a line of prose has ${longest} characters`)
}

/** Their words are large enough on a phone; arrowheads are there; ids are unique. */
async function picturesAreLegible(page) {
  for (const picture of await page.locator('.picture').all()) {
    const { small, tips, size } = await picture.evaluate((figure) => ({
      small: Math.min(...[...figure.querySelectorAll('text')].map((text) => text.getBoundingClientRect().height)),
      tips: [...figure.querySelectorAll('.tip')].filter((tip) => tip.getBoundingClientRect().width > 3
        && getComputedStyle(tip).fill !== getComputedStyle(figure.querySelector('.paper')).fill).length,
      size: figure.querySelectorAll('.tip').length,
    }))
    assert.ok(small > 9, `words of a picture are ${small} px high`)
    assert.equal(tips, size, 'arrowheads that are seen')
  }
  const ids = await page.locator('[id]').evaluateAll((all) => all.map(({ id }) => id))
  assert.deepEqual(ids.filter((id, i) => ids.indexOf(id) !== i), [], 'an id is there twice')
}

/** The diff blocks of a chapter's Markdown, each as its places, each as its lines. */
const diffs = (chapter) => [...read(`docs/${chapter}.md`)
  .matchAll(/^```diff [^\n]*\n([^]*?)^```$/gm)].map(([, text]) => text.trimEnd().split(/^@@\n/m)
  .map((place) => place.replace(/\n$/, '').split('\n')))

async function showsChanges(page, chapter) {
  const blocks = page.locator('.block.piece')
  const expected = diffs(chapter)
  assert.equal(await blocks.count(), expected.length)
  for (const [i, places] of expected.entries()) {
    const block = blocks.nth(i)
    const is = (lines, mark) => lines.filter((line) => line[0] === mark).map((line) => line.slice(1))
    const shown = async (kind) => (await block.locator(`.${kind}`).allTextContents())
      .map((text) => text.replace(/\n+$/, '').slice(1))
    assert.deepEqual(await shown('added'), is(places.flat(), '+'))
    assert.deepEqual(await shown('removed'), is(places.flat(), '-'))
    assert.ok(await block.locator('.line span[style*="--shiki"]').count() > 3, 'coloured as Java')
    assert.match(await block.locator('.title-bar a').getAttribute('href'),
      new RegExp(`${chapter}/src/main/java/tcp/Server\\.java`))
    assert.equal(await block.locator('.place').count(), places.length)
    assert.equal(await block.locator('.highlighted').count(), 0)
    for (const [k, lines] of places.entries()) {
      assert.match(await block.locator('.place').nth(k).innerText(),
        /^In (\w+|the imports|the class|an empty file): (add|replace|take out) \d+ lines?( with \d+)?$/)
      if (is(lines, '+').length) {
        assert.equal(await click(page, block.locator('button.copy').nth(k)), is(lines, '+').join('\n'),
          'the new lines of a place are copied, and no others')
      }
    }
  }
}

/** Types the blocks along, and compares. */
async function showsTheFileAfterEachPiece(page, chapter) {
  const blocks = page.locator('.block.piece')
  const before = chapters[chapters.indexOf(chapter) - 1]
  let file = before ? source(before) : ''
  await blocks.first().locator('.toggle').click()
  for (const [i, places] of diffs(chapter).entries()) {
    for (const lines of places) {
      const old = lines.filter((line) => line[0] !== '+').map((line) => `${line.slice(1)}\n`).join('')
      const fresh = lines.filter((line) => line[0] !== '-').map((line) => `${line.slice(1)}\n`).join('')
      assert.equal(file.split(old || file + 1).length, old ? 2 : 1, `block ${i + 1} fits one place`)
      file = old ? file.replace(old, () => fresh) : fresh
    }
    await blocks.nth(i).locator('.whole-file .line').first().waitFor()
    const shown = await blocks.nth(i).locator('.whole-file .line').evaluateAll((all) => all.map((line) => ({
      text: line.textContent, isNew: line.matches('ins.added') })))
    assert.equal(shown.map(({ text }) => text).join(''), file, `the file after piece ${i + 1}`)
    assert.deepEqual(shown.filter(({ isNew }) => isNew).map(({ text }) => text.trimEnd()),
      places.flat().filter((line) => line[0] === '+').map((line) => line.slice(1).trimEnd()), 'what is marked as new')
    assert.equal(await click(page, blocks.nth(i).locator('.copy-file')), file)
  }
  assert.equal(file, source(chapter))
  if (chapter === 'step2-discard') {
    await accessible(page, `${chapter}, the whole file`)
    await page.reload()
    await page.locator('.whole-file').first().waitFor() // it is remembered
  }
  await page.getByRole('radio', { name: 'changes' }).check()
  assert.equal(await page.locator('.whole-file:visible').count(), 0)
}

async function copiesWithoutANewline(page) {
  for (const button of (await page.locator('.vp-doc .block.shell button.copy, .vp-doc .block.client button.copy, .vp-doc .block.server button.copy').all()).slice(0, 6)) {
    assert.doesNotMatch(await click(page, button), /\n$|^\$|^nothing$/, 'pasting would run it')
  }
}
