// Makes an EPUB and a PDF of the course from its Markdown, with pandoc and Chromium.
// Run: npm run book
import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { basename, relative, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { chapters, parse } from './.vitepress/pages.mjs'
import { anchor, fileLink, read, root } from './.vitepress/repository.mjs'
import { browser } from './test/browser.mjs'

const target = resolve(import.meta.dirname, 'target/book')
const work = resolve(target, 'work')
const title = 'A TCP server in Java, from the selector up'
const parts = ['README', ...chapters.map(({ name }) => name), 'ways-to-wait', 'questions', 'where-next',
  'from-rust-to-java', 'cheat-sheet', 'glossary'].filter((name) => existsSync(resolve(root, `docs/${name}.md`)))

/** A page for the book: its links lead within the book or to the code host, its pictures have fixed colours. */
function chapter(name) {
  const seen = new Map()
  const text = parse(`docs/${name}.md`).text
  return text.split(/^(```[^]*?^```$)/m).map((part, i) => i % 2 ? fence(part) : part
    .replace(/^\[Overview\]\([^]*?\n\n/m, '').replace(/ \[Overview\]\(README\.md\)$/m, '')
    .replace(/^These pages are also a web site[^]*?\n\n/m, '')
    .replace(/^# A TCP server in Java.*/m, '# Before you start')
    .replace(/<!--[^]*?-->/g, '').replaceAll('`@@`', '`⋯`')
    .replace(/<details>\s*<summary>([^]*?)<\/summary>/g, (all, question) => `**${question.replace(/<[^>]*>/g, '')}**\n`)
    .replaceAll('</details>', '')
    .replace(/^> \[!(\w+)\]$/gm, (all, kind) => `> **${kind[0]}${kind.slice(1).toLowerCase()}**\n>`)
    .replace(/^(#+) (.*)$/gm, (all, level, words) => {
      const id = anchor(words.replace(/[`*]|\[([^\]]*)\]\([^)]*\)/g, '$1'))
      const times = seen.get(id) ?? 0
      seen.set(id, times + 1)
      return `${level} ${words} {#${level === '#' ? name : `${name}--${id}${times ? `-${times}` : ''}`}}`
    })
    .replace(/(!?)\[((?:`[^`]*`|[^\[\]])*)\]\(([^)\s]+)\)/g, (all, image, words, href) =>
      image ? picture(words, href) : link(name, words, href))).join('')
}

const escaped = (text) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;')

/** A block as HTML: pandoc's own has a box for each line, which readers of books neither wrap nor place well. */
function fence(block) {
  const [, info, code] = block.match(/^```(.*)\n([^]*)```$/)
  const [language] = info.split(' ')
  const title = info.match(/title="([^"]*)"/)?.[1].replace('#', ', in ').replace(' so far', ': your file so far')
  const lines = code.trimEnd().split('\n').map(escaped).map((line) => language !== 'diff' ? line
    : line === '@@' ? '  ⋯' : line[0] === ' ' ? line : `<span class="${line[0] === '+' ? 'added' : 'removed'}">${line}</span>`)
  return `${title ? `<p class="title">${escaped(title)}</p>\n\n` : ''}<pre><code>${lines.join('\n')}</code></pre>`
}

function link(name, words, href) {
  if (/^\w+:/.test(href)) {
    return `[${words}](${href})`
  }
  const [file, hash] = href.split('#')
  const to = file ? file.replace(/\.md$/, '') : name
  if (parts.includes(to)) {
    return `[${words}](#${hash ? `${to}--${hash}` : to})`
  }
  const path = relative(root, resolve(root, 'docs', file))
  const address = existsSync(resolve(root, path)) && fileLink(path)
  return address && !address.startsWith('/') ? `[${words}](${address})` : words
}

/** Not every reader of books knows styles within a picture: the EPUB gets it drawn, the PDF as it is. */
function picture(words, href) {
  const name = basename(href, '.svg')
  let svg = read(relative(root, resolve(root, 'docs', href))).replace(/@media \(prefers-color-scheme: dark\) \{[^]*?\n\}\n/, '')
  for (const [, variable, value] of svg.matchAll(/(--[\w-]+): ([^;]+);/g)) {
    svg = svg.replaceAll(`var(${variable})`, value)
  }
  svg = svg.replace(/\s*--[\w-]+: [^;]+;/g, '').replace(/ role="img"/, '')
    .replace(/<svg ([^>]*viewBox="0 0 (\d+) (\d+)")/, '<svg width="$2" height="$3" $1')
  writeFileSync(resolve(work, `${name}.svg`), svg)
  return `![${words}](${name}.svg)`
}

rmSync(target, { recursive: true, force: true })
mkdirSync(work, { recursive: true })
const files = parts.map((name) => {
  const file = resolve(work, `${name}.md`)
  writeFileSync(file, chapter(name))
  return file
})
writeFileSync(resolve(work, 'book.css'), `
body { font-family: "DejaVu Sans", system-ui, sans-serif; font-size: 10.5pt; line-height: 1.5; }
pre, code { font-family: "DejaVu Sans Mono", ui-monospace, monospace; font-size: 0.86em; }
pre, pre code { white-space: pre-wrap; overflow-wrap: anywhere; }
pre { padding: 0.6em; border: 1px solid #c4ccd4; }
img { max-width: 100%; height: auto; }
p.title { font-weight: bold; break-after: avoid; }
a { color: #0b5c73; }
figcaption { display: none; }
h1 { break-before: page; font-size: 1.5em; } h2 { font-size: 1.2em; } h3 { font-size: 1.1em; } h1, h2, h3 { break-after: avoid; }
figure, tr { break-inside: avoid; } figure { margin: 1em 0; }
table { border-collapse: collapse; font-size: 0.8em; } th, td { border: 1px solid #c4ccd4; padding: 0.2em 0.5em; text-align: left; }
.added { color: #116329; } .removed { color: #a40e26; }
`)
const pandoc = (...args) => execFileSync('pandoc', ['-f', 'gfm+attributes', '--toc', '--toc-depth=2', '--no-highlight',
  '-M', `title=${title}`, '-M', 'lang=en', '-M', 'rights=Apache License 2.0', '--css', 'book.css', ...args, ...files],
{ cwd: work, stdio: ['ignore', 'inherit', 'inherit'] })
const epub = resolve(target, 'tcp-server-in-java.epub')
const pdf = resolve(target, 'tcp-server-in-java.pdf')
const chromium = await browser()
const page = await chromium.newPage({ deviceScaleFactor: 2 })
for (const name of readdirSync(work).filter((file) => file.endsWith('.svg'))) {
  await page.goto(pathToFileURL(resolve(work, name)).href)
  await page.locator('svg').screenshot({ path: resolve(work, name.replace('.svg', '.png')) })
}
pandoc('-t', 'html5', '--standalone', '-o', 'book.html')
await page.goto(pathToFileURL(resolve(work, 'book.html')).href)
await page.pdf({ path: pdf, format: 'A4', outline: true, tagged: true, margin: { top: '20mm', bottom: '20mm', left: '20mm', right: '20mm' },
  displayHeaderFooter: true, headerTemplate: '<span></span>',
  footerTemplate: '<div style="width:100%;text-align:center;font-size:8pt"><span class="pageNumber"></span></div>' })
await chromium.close()
files.forEach((file) => writeFileSync(file, readFileSync(file, 'utf8').replace(/(!\[.*\]\([\w-]+\.)svg/g, '$1png')))
pandoc('-t', 'epub3', '--epub-chapter-level=1', '-o', epub)
rmSync(work, { recursive: true })
console.log(`${epub}\n${pdf}`)
