// What a reader does on the built site, in a real browser. Nothing may be asked of any other
// server, nor anything be complained of on the console.
import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { after, before, test } from 'node:test'
import { gzipSync } from 'node:zlib'
import { draw, names } from '../draw.mjs'
import * as site from './browser.mjs'
import { accessible, address, chromium, click, open, phone, visit } from './browser.mjs'

const base = site.base()
const pages = site.pages()
const chapters = pages.filter((page) => /^step\d-/.test(page))
const root = resolve(site.folder, '../..')
const read = (path) => readFileSync(resolve(root, path), 'utf8').replaceAll('\r\n', '\n')

before(site.start)
after(site.stop)

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
    for (const id of [headings[1], headings[Math.floor(headings.length / 2)], headings.at(-3)]) {
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
    const first = page.locator('.VPLocalSearchBox .result').first()
    await page.waitForFunction((text) => document.querySelector('.VPLocalSearchBox .result, .VPLocalSearchBox .no-results'), words)
    await page.waitForTimeout(300) // the box waits for more keys
    const href = await first.getAttribute('href', { timeout: 1000 }).catch(() => 'nothing')
    assert.ok(where.test(href), `${words} leads to ${href}`)
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
  await call.scrollIntoViewIfNeeded()
  await page.evaluate(() => new Promise((done) => setTimeout(done, 800))) // smooth scrolling has ended
  await call.hover()
  await lights('accept(listener) = client', 'listener.accept()', 'accept = client')
  assert.equal(await page.locator('.timeline path.lit').count(), 2, 'the arrow and its tip')
  await page.locator('.timeline text', { hasText: 'epoll_ctl ADD' }).dispatchEvent('pointerover')
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
