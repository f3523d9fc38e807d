// The book and the ZIP, after npm run book and npm run zip.
import assert from 'node:assert/strict'
import { execFileSync, spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { after, test } from 'node:test'
import { chapters, exercises, parse } from '../.vitepress/pages.mjs'
import { browser, folder } from './browser.mjs'

const book = resolve(folder, 'target/book')
const run = (...command) => execFileSync(command[0], command.slice(1), { encoding: 'utf8', maxBuffer: 1e8 })
const folders = []
const temporary = () => {
  folders.push(mkdtempSync(join(tmpdir(), 'book-')))
  return folders.at(-1)
}
after(() => folders.forEach((one) => rmSync(one, { recursive: true })))
const words = (text) => text.replace(/\s+/g, ' ')

/** The first words of each chapter's last paragraph, to see that all of it is there. */
const ends = chapters.map(({ page }) => words(parse(page).text.split(/\n\n+/).filter((part) => /^[A-Z]/.test(part)).at(-1))
  .replace(/\[([^\]]*)\]\([^)]*\)/g, '$1').replace(/[`*]/g, '').slice(0, 40))

test('the EPUB is valid, and whole', () => {
  const epub = resolve(book, 'tcp-server-in-java.epub')
  const jar = ['/usr/bin/epubcheck', '/usr/share/java/epubcheck.jar'].find(existsSync)
  assert.ok(jar, 'epubcheck is not installed: apt-get install epubcheck')
  run('java', '-jar', jar, '--failonwarnings', epub)
  const at = temporary()
  run('unzip', '-q', epub, '-d', at)
  const text = readdirSync(join(at, 'EPUB/text')).map((file) => run('cat', join(at, 'EPUB/text', file))).join('\n')
  const plain = words(text.replace(/<[^>]*>/g, '').replaceAll('’', "'"))
  for (const end of ends) {
    assert.ok(plain.includes(end.replaceAll('’', "'")), `not in the EPUB: ${end}`)
  }
  assert.ok(readdirSync(join(at, 'EPUB/media')).length > 10, 'pictures')
  const ids = new Set([...text.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id))
  for (const [, to] of text.matchAll(/href="[^"#:]*#([^"]+)"/g)) {
    assert.ok(ids.has(to), `a link leads nowhere: ${to}`)
  }
})

test('a reader of books cuts no line of the EPUB, and has its pictures', () => {
  const epub = resolve(book, 'tcp-server-in-java.epub')
  const shown = run('mutool', 'draw', '-q', '-F', 'stext', '-W', '450', '-H', '600', epub)
  const right = [...shown.matchAll(/<line bbox="\S+ \S+ (\S+) /g)].map(([, x]) => Number(x))
  assert.ok(right.length > 2000 && right.every((x) => x <= 450), `a line ends at ${Math.max(...right)} of 450`)
  const files = run('unzip', '-l', epub)
  assert.ok(files.match(/media\/\S+\.png/g).length > 10 && !files.includes('.svg'), 'pictures as every reader draws them')
})

test('the PDF has all chapters, and cuts no line', () => {
  const pdf = resolve(book, 'tcp-server-in-java.pdf')
  const text = run('pdftotext', '-layout', pdf, '-')
  for (const end of ends) {
    assert.ok(words(text).includes(end), `not in the PDF: ${end}`)
  }
  const right = [...run('pdftotext', '-bbox', pdf, '-').matchAll(/xMax="([\d.]+)"/g)].map(([, x]) => Number(x))
  assert.ok(right.every((x) => x < 596), `a word ends at ${right.find((x) => x >= 596)}, beyond the paper`)
})

test('the ZIP opens without a network', async () => {
  const at = temporary()
  execFileSync('jar', ['--extract', '--file', resolve(book, 'tcp-server-course.zip')], { cwd: at })
  const server = spawn('java', ['Serve.java', '0'], { cwd: join(at, 'tcp-server-course'), stdio: ['ignore', 'pipe', 'inherit'] })
  const chromium = await browser()
  try {
    const port = await new Promise((found, failed) => {
      server.stdout.on('data', (data) => found(String(data).match(/localhost:(\d+)/)?.[1]))
      server.on('exit', failed)
    })
    const page = await chromium.newPage()
    const elsewhere = []
    page.on('request', (request) => new URL(request.url()).port !== port && elsewhere.push(request.url()))
    page.on('response', (response) => response.status() >= 400 && elsewhere.push(`${response.status()} ${response.url()}`))
    for (const { link } of [...chapters, ...exercises]) {
      await page.goto(`http://localhost:${port}${link}.html`)
      await page.waitForFunction(() => document.querySelector('#app')?.__vue_app__)
    }
    await page.goto(`http://localhost:${port}/step2-discard.html`)
    await page.getByRole('button', { name: 'Show the whole file' }).first().click()
    await page.locator('.whole-file').first().waitFor()
    await page.keyboard.press('Control+k')
    await page.getByRole('searchbox').fill('backlog')
    await page.locator('.VPLocalSearchBox .result').first().waitFor()
    assert.deepEqual(elsewhere, [])
  } finally {
    await chromium.close()
    server.kill()
  }
})
