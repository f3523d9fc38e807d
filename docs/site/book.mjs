// Makes an EPUB and a PDF of the course from its Markdown, with pandoc and Chromium.
// Run: npm run book
import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
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
    .replace(/<!--[^]*?-->/g, '')
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

function fence(block) {
  const [, info, code] = block.match(/^```(.*)\n([^]*)```$/)
  const [language] = info.split(' ')
  const title = info.match(/title="([^"]*)"/)?.[1].replace('#', ', in ').replace(' so far', ': your file so far')
  return `${title ? `<p class="title">${title.replaceAll('<', '&lt;')}</p>\n\n` : ''}\`\`\`${language === 'console' ? '' : language}\n${code.replace(/^@@$/gm, '  ⋯')}\`\`\``
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

/** Not every reader of books knows variables in styles. */
function picture(words, href) {
  const name = basename(href)
  let svg = read(relative(root, resolve(root, 'docs', href))).replace(/@media \(prefers-color-scheme: dark\) \{[^]*?\n\}\n/, '')
  for (const [, variable, value] of svg.matchAll(/(--[\w-]+): ([^;]+);/g)) {
    svg = svg.replaceAll(`var(${variable})`, value)
  }
  svg = svg.replace(/\s*--[\w-]+: [^;]+;/g, '').replace(/ role="img"/, '')
    .replace(/<svg ([^>]*viewBox="0 0 (\d+) (\d+)")/, '<svg width="$2" height="$3" $1')
  writeFileSync(resolve(work, name), svg)
  return `![${words}](${name})`
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
h1 { break-before: page; } h1, h2, h3 { break-after: avoid; }
figure, tr { break-inside: avoid; } figure { margin: 1em 0; }
table { border-collapse: collapse; font-size: 0.9em; } th, td { border: 1px solid #c4ccd4; padding: 0.2em 0.5em; text-align: left; }
.va { color: #116329; } .st { color: #a40e26; }
`)
const pandoc = (...args) => execFileSync('pandoc', ['-f', 'gfm+attributes', '--toc', '--toc-depth=2', '--highlight-style=haddock',
  '-M', `title=${title}`, '-M', 'lang=en', '-M', 'rights=Apache License 2.0', '--css', 'book.css', ...args, ...files],
{ cwd: work, stdio: ['ignore', 'inherit', 'inherit'] })
const epub = resolve(target, 'tcp-server-in-java.epub')
const pdf = resolve(target, 'tcp-server-in-java.pdf')
pandoc('-t', 'epub3', '--epub-chapter-level=1', '-o', epub)
pandoc('-t', 'html5', '--standalone', '-o', 'book.html')
const chromium = await browser()
const page = await chromium.newPage()
await page.goto(pathToFileURL(resolve(work, 'book.html')).href)
await page.pdf({ path: pdf, format: 'A4', outline: true, tagged: true, margin: { top: '20mm', bottom: '20mm', left: '20mm', right: '20mm' },
  displayHeaderFooter: true, headerTemplate: '<span></span>',
  footerTemplate: '<div style="width:100%;text-align:center;font-size:8pt"><span class="pageNumber"></span></div>' })
await chromium.close()
rmSync(work, { recursive: true })
console.log(`${epub}\n${pdf}`)
