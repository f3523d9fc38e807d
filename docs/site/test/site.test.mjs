// The built site, in a real browser. Each page is opened, and nothing may be asked of any
// other server, nor anything be complained of on the console.
import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { gzipSync } from 'node:zlib'
import { draw, names } from '../draw.mjs'
import * as site from './browser.mjs'
import { accessible, address, chromium, desk, open, phone, tooWide, visit } from './browser.mjs'

const base = site.base()
const pages = site.pages()
const chapters = pages.filter((page) => /^step\d-/.test(page))
const root = resolve(site.folder, '../..')
const read = (path) => readFileSync(resolve(root, path), 'utf8').replaceAll('\r\n', '\n')
const source = (chapter) => read(`${chapter}/src/main/java/tcp/Server.java`)

before(site.start)
after(site.stop)

const copied = async (page) => (await page.evaluate(() => navigator.clipboard.readText())).replaceAll('\r\n', '\n')

/** Nothing moves as the page loads. To be asked before axe, which scrolls. */
async function staysInPlace(page) {
  await page.evaluate(() => new Promise((done) => requestIdleCallback(done)))
  const { shift, shifted } = await page.evaluate(() => ({ shift: window.shift, shifted: window.shifted }))
  assert.ok(shift < 0.05, `it moves by ${shift} as it loads: ${shifted}`)
}

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

let copying = Promise.resolve()

/** One after the other, since the browser has one clipboard for all. */
function click(...what) {
  const copy = copying.then(() => copyBy(...what))
  copying = copy.catch(() => {})
  return copy
}

/** What a button copies; with `quickly`, it is pressed by a script, not by the mouse that has to find it. */
async function copyBy(page, button, quickly) {
  await page.evaluate(() => navigator.clipboard.writeText('nothing'))
  if (quickly) {
    await button.evaluate((one) => one.click())
  } else {
    await button.locator('xpath=..').hover()
    await button.click()
  }
  await page.waitForFunction(async () => await navigator.clipboard.readText() !== 'nothing')
  return copied(page)
}

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
        assert.equal(await click(page, block.locator('button.copy').nth(k), i + k > 0), is(lines, '+').join('\n'),
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
    assert.equal(await click(page, blocks.nth(i).locator('.copy-file'), i > 0), file)
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
  const buttons = await page.locator('.vp-doc .block.shell button.copy, .vp-doc .block.client button.copy, .vp-doc .block.server button.copy').all()
  for (const [i, button] of buttons.slice(0, 6).entries()) {
    assert.doesNotMatch(await click(page, button, i > 0), /\n$|^\$|^nothing$/, 'pasting would run it')
  }
}

describe('the site', { concurrency: 2 }, () => {
  describe('each page, wide and light', { concurrency: 1 }, () => pages.forEach((name) => test(name, () => visit(name, async (page) => {
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
    if (chapters.includes(name)) {
      await showsChanges(page, name)
      await showsTheFileAfterEachPiece(page, name)
    }
    await copiesWithoutANewline(page)
  }, { colorScheme: 'light' }))))

  describe('each page, dark, and on a phone', { concurrency: 1 }, () => pages.forEach((name) => test(name, () => visit(name, async (page) => {
    await staysInPlace(page)
    assert.equal(await tooWide(page), 0, 'the page scrolls sideways on a phone')
    await accessible(page, `${name}, dark, on a phone`, 'color-contrast', 'target-size',
      'scrollable-region-focusable')
    await picturesAreLegible(page)
  }, { ...phone, colorScheme: 'dark' }))))

  describe('what pages do', { concurrency: 1 }, () => {
    test('links and anchors lead somewhere', async () => {
      const ids = new Map()
      const links = new Map()
      for (const name of pages) {
        const here = `${address}${name}.html`
        const html = readFileSync(resolve(site.folder, `.vitepress/dist/${name}.html`), 'utf8')
        const values = (attribute) => [...html.matchAll(attribute)].map(([, value]) => value.replaceAll('&amp;', '&').replaceAll('&quot;', '"'))
        ids.set(here, new Set(values(/<[a-z][^>]* id="([^"]*)"/g)))
        for (const href of values(/<a [^>]*href="([^"]*)"/g)) {
          links.set(new URL(href, here).href, name)
        }
      }
      assert.ok(links.size > 150, `only ${links.size} links`)
      const dead = []
      for (const [link, from] of links) {
        const [where, anchor] = link.split('#')
        const target = where.endsWith('/') ? `${where}index.html` : where
        const inRepository = link.match(/\/(?:blob|tree|edit)\/[^/]+\/([^#]*)/)?.[1]
        if (inRepository && process.env.GITHUB_REPOSITORY
            && link.includes(process.env.GITHUB_REPOSITORY)) {
          if (!existsSync(resolve(root, inRepository))) {
            dead.push(`${from}: ${link}: not in the repository`)
          }
        } else if (link.startsWith(address)) {
          const known = ids.get(target)
          if (!known && !(await fetch(target)).ok) {
            dead.push(`${from}: ${link}: no such page`)
          } else if (known && anchor && !anchor.includes('=') && !known.has(decodeURI(anchor))) { // with =: a story
            dead.push(`${from}: ${link}: no such heading`)
          }
        } else if (!/^https?:\/\/(?!127\.|localhost)/.test(link)) {
          dead.push(`${from}: ${link}: out of the site`)
        }
      }
      assert.deepEqual(dead, [])
    })

    test('a link to a heading lands on it', { timeout: 60_000 }, () => visit('index', async (page) => {
      for (const name of chapters.concat('benchmark', 'glossary')) {
        await open(page, name)
        const headings = await page.locator('.vp-doc :is(h2, h3)[id]:not(.group)').evaluateAll((all) => all.map(({ id }) => id))
        for (const id of [headings[Math.floor(headings.length / 2)], headings.at(-3)]) {
          await page.goto('about:blank')
          await open(page, `${name}#${id}`)
          await page.waitForFunction((at) => {
            const { top } = document.getElementById(at).getBoundingClientRect()
            return top >= 60 && top < 160 || scrollY + innerHeight > document.documentElement.scrollHeight - 4
          }, id, { timeout: 3000 }).catch(async () => {
            const top = await page.evaluate((at) => document.getElementById(at).getBoundingClientRect().top, id)
            assert.fail(`${name}#${id} ends up at ${top}`)
          })
        }
      }
    }))

    test('search finds the right section first', { timeout: 60_000 }, () => visit('index', async (page) => {
      for (const [words, where] of [
        ['delayed acknowledgement', /glossary\.html#delayed-acknowledgement$/],
        ['lingering close', /lingering-close$|hang-up-gracefully$/],
        ['epoll_ctl', /#epoll$|what-the-kernel-sees$/],
        ['request smuggling', /where-next\.html#http-for-real$/],
        ['backpressure', /back-pressure|backpressure/],
        ['OP_WRITE', /write/],
        ['time_wait', /time_wait|address-already-in-use|time-wait/],
        ['address already in use', /address-already-in-use|a-good-start/],
        ['too many open files', /too-many-open-files|descriptor/],
      ]) {
        await page.keyboard.press('Control+k')
        await page.getByRole('searchbox').fill(words)
        const first = () => page.evaluate(() => document.querySelector('.VPLocalSearchBox .result')?.getAttribute('href') ?? 'nothing')
        await page.waitForFunction(([source]) => new RegExp(source).test(document.querySelector('.VPLocalSearchBox .result')?.getAttribute('href')),
          [where.source], { timeout: 10_000 }).catch(async () => assert.fail(`${words} leads to ${await first()}`))
        await page.keyboard.press('Escape')
        await page.locator('.VPLocalSearchBox').waitFor({ state: 'detached' })
      }
    }))

    test('search wants all of the words', () => visit('index', async (page) => {
      await page.keyboard.press('Control+k')
      await page.getByRole('searchbox').fill('selector zzzzzz')
      await page.locator('.VPLocalSearchBox .no-results').waitFor()
    }))

    for (const [name, part] of [['step1-init', '.paper'], ['benchmark', 'path']]) {
      test(`dark at will, and still after a reload: ${name}`, () => visit(name, async (page) => {
        const background = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor)
        const picture = () => page.locator(`.picture ${part}`).first().evaluate((paper) => getComputedStyle(paper).fill)
        const before = [await background(), await picture()]
        await page.locator('.VPNavBarAppearance .VPSwitchAppearance').click()
        await page.locator('html.dark').waitFor()
        assert.notEqual(await background(), before[0], 'the page is dark')
        assert.notEqual(await picture(), before[1], 'the picture is dark')
        const after = await background()
        await page.reload()
        await page.locator('html.dark').waitFor()
        assert.equal(await background(), after)
      }, { colorScheme: 'light' }))
    }

    test('the first page starts at once', () => visit('index', async (page) => {
      for (const way of ['Read chapter 1', 'Run step 5 now', 'Do the workshop']) {
        const { y, height } = await page.getByRole('link', { name: way }).boundingBox()
        assert.ok(y + height < 740, `${way} is at ${y}`)
      }
      const client = page.locator('.home .block.client')
      assert.match(await client.innerText(), /\$ curl localhost:8080\s+hello/)
      assert.equal(await click(page, client.locator('button.copy')), 'curl localhost:8080')
      assert.match(await click(page, page.locator('.home .block.server button.copy')), /java step5-http\/src\/main\/java\/tcp\/Server\.java$/)
      const cards = page.locator('.cards a')
      assert.equal(await cards.count(), 5)
      for (const text of await cards.allInnerTexts()) assert.match(text, /about \d+ minutes/)
      await page.getByRole('link', { name: 'Do the workshop' }).click()
      await page.waitForURL(/workshop\/$/)
    }, phone))

    test('the first page is small', async () => {
      let size = 0
      const context = await chromium.newContext()
      const page = await context.newPage()
      const bodies = []
      page.on('response', (response) => bodies.push(response.body().then((body) => {
        size += /\.(js|css|html|svg|json)$|\/$/.test(new URL(response.url()).pathname) ? gzipSync(body).length : body.length
      }).catch(() => 0)))
      await page.goto(address, { waitUntil: 'networkidle' })
      await Promise.all(bodies)
      await context.close()
      assert.ok(size < 200_000, `${size} bytes`)
    })

    test('server and client stand side by side', () => visit('step2-discard', async (page) => {
      const boxes = async () => Promise.all(['server', 'client'].map((kind) =>
        page.locator(`.terminals .block.${kind}`).first().boundingBox()))
      const [server, client] = await boxes()
      assert.ok(client.x >= server.x + server.width && client.y < server.y + server.height, 'beside it')
      const colours = await page.locator('.terminals').first().locator('.title-bar')
        .evaluateAll((all) => all.map((bar) => getComputedStyle(bar).backgroundColor))
      assert.notEqual(colours[0], colours[1])
      await page.setViewportSize({ width: 900, height: 800 })
      const [above, below] = await boxes()
      assert.ok(below.y >= above.y + above.height, 'below it, where there is less room')
    }, { viewport: { width: 1024, height: 800 } }))

    test('a term has a card: for the mouse, the keyboard and the finger', async () => {
      await visit('step3-read', async (page) => {
        const term = page.locator('.vp-doc a[href*="glossary.html#selector"]').first()
        const card = page.getByRole('tooltip')
        await term.hover()
        await card.getByText('Watches any number of channels').waitFor()
        await page.locator('h1').hover()
        await card.waitFor({ state: 'detached' })
        await term.focus()
        await card.waitFor()
        assert.equal(await term.getAttribute('aria-describedby'), await card.getAttribute('id'))
        await accessible(page, 'the card')
        await page.keyboard.press('Escape')
        await card.waitFor({ state: 'detached' })
      })
      await visit('step3-read', async (page) => {
        const term = page.locator('.vp-doc a[href*="glossary.html#selector"]').first()
        await term.tap()
        await page.getByRole('tooltip').waitFor()
        assert.match(page.url(), /step3-read/)
        const { x, width } = await page.getByRole('tooltip').boundingBox()
        assert.ok(x >= 0 && x + width <= 360, 'the card is on the screen')
        await term.tap()
        await page.waitForURL(/glossary\.html#selector$/)
      }, { ...phone, isMobile: true })
    })

    test('a call, its Java line and its arrow light up together', () => visit('step2-discard', async (page) => {
      const lights = (...texts) => page.waitForFunction((all) => {
        const lit = [...document.querySelectorAll('.lit')].map((one) => one.textContent)
        return all.every((text) => lit.some((one) => one.includes(text)))
      }, texts)
      const call = page.locator('.linked .output', { hasText: 'accept(listener)' })
      await call.hover()
      await lights('accept(listener) = client', 'listener.accept()', 'accept = client')
      assert.equal(await page.locator('.timeline path.lit').count(), 2, 'the arrow and its tip')
      await page.locator('.timeline text', { hasText: 'epoll_ctl ADD' }).dispatchEvent('pointermove')
      await lights('selector.select(', 'epoll_ctl(epoll, EPOLL_CTL_ADD')
      await page.locator('.linked .java pre').focus()
      await page.keyboard.press('ArrowDown')
      await lights('listener.bind(', 'listen(listener')
    }))

    test('the glossary names where each term is used', () => visit('glossary#selector', async (page) => {
      const used = page.locator('#selector ~ .used').first()
      await used.getByRole('link', { name: 'chapter 3' }).click()
      await page.waitForURL(/step3-read\.html$/)
    }))

    test('what is done is remembered', () => visit('step1-init', async (page) => {
      await page.getByLabel('I have done this').check()
      await page.reload()
      assert.ok(await page.getByLabel('I have done this').isChecked())
      await page.goto(address)
      await page.locator('.cards').getByText('done').waitFor()
      const tick = await page.locator('.VPSidebar a[href$="step1-init.html"] .text').first()
        .evaluate((link) => getComputedStyle(link, '::after').content)
      assert.match(tick, /✓/)
    }))

    test('a page that is not there names those that are', () => visit('no-such-page', async (page) => {
      assert.equal(await page.locator('.not-found a[href$="step1-init.html"]').count(), 1)
      assert.equal(await page.locator('.not-found a').count(), 8)
    }, { ignore: /404|Failed to load/ }))

    test('without scripts there is all to read', () => visit('step3-read', async (page) => {
      assert.ok(await page.locator('.block .added').first().isVisible())
      assert.ok(await page.locator('.picture svg').first().isVisible())
      assert.equal(await page.locator('.vp-doc button:visible, .code-switch:visible, .VPNavBarHamburger:visible, .VPSwitchAppearance:visible').count(), 0,
        'a button that would do nothing')
      assert.ok(await page.locator('.VPSidebar a[href$="step4-write.html"]').isVisible(), 'the menu')
    }, { javaScriptEnabled: false, ...phone }))

    test('with reduced motion nothing goes on moving', async () => {
      const moving = (page) => page.evaluate(() => document.getAnimations()
        .filter(({ effect }) => effect.getTiming().iterations === Infinity).map(({ animationName }) => animationName))
      await visit('index', async (page) => assert.ok((await moving(page)).length))
      for (const name of ['index', 'step1-init', 'play#server=step1-no-mute&story=A%20connects']) {
        await visit(name, async (page) => assert.deepEqual(await moving(page), [], name), { reducedMotion: 'reduce' })
      }
    })

    test('groups, pieces, previous and next', () => visit('step3-read', async (page) => {
      assert.equal(await page.locator('.pager-link.prev').getAttribute('href'), `${base}step2-discard.html`)
      assert.equal(await page.locator('.pager-link.next').getAttribute('href'), `${base}step4-write.html`)
      const outline = page.locator('.VPDocAsideOutline')
      assert.deepEqual(await outline.locator('.root > li > a').allInnerTexts(),
        ['Build it', 'Look inside', 'Break it', 'Check and go on'])
      assert.match(await outline.innerText(), /Piece 1: .*\n+Piece 2: /)
      await outline.getByText('What the kernel sees').click()
      await page.waitForURL(/#what-the-kernel-sees$/)
    }))

    test('nothing on the site is meant for a code host', async () => {
      for (const name of pages.filter((page) => page !== 'CONTRIBUTING')) {
        const text = readFileSync(resolve(site.folder, `.vitepress/dist/${name}.html`), 'utf8').replace(/<[^>]*>/g, '')
        assert.doesNotMatch(text, /a line @@|These pages are also a web site|Overview · before/, name)
      }
    })

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
      for (const hidden of ['.VPNav', '.VPSidebar', '.VPDocFooter', '.code-switch', 'button']) {
        assert.equal(await page.locator(`${hidden}:visible`).count(), 0, `${hidden} is printed`)
      }
      assert.equal(await page.evaluate(() => getComputedStyle(document.body).backgroundColor),
        'rgb(255, 255, 255)')
      assert.ok(await page.locator('details p').first().isVisible(), 'answers are unfolded')
      await page.setViewportSize({ width: 700, height: 900 })
      const cut = await page.locator('.vp-doc pre:visible').evaluateAll(
        (all) => all.filter((pre) => pre.scrollWidth > pre.clientWidth + 1).length)
      assert.equal(cut, 0, 'lines are cut off')
    }, { colorScheme: 'dark' }))

    test('the cheat sheet is one printed page', () => visit('cheat-sheet', async (page) => {
      const pdf = await page.pdf({ format: 'A4', margin: { top: '12mm', bottom: '12mm', left: '14mm', right: '14mm' } })
      assert.equal(pdf.toString('latin1').match(/\/Type\s*\/Page\b/g).length, 1)
    }))

    test('the drawings are those of draw.mjs', () => {
      for (const name of names) {
        assert.equal(read(`docs/pictures/${name}.svg`), draw(name), `${name} differs: run npm run draw`)
      }
    })
  })
})
