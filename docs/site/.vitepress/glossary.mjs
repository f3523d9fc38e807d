// The terms of the glossary, and the pages that link to each.
import { readdirSync } from 'node:fs'
import { resolve } from 'node:path'
import { anchor, read, root } from './repository.mjs'
import { chapters, parse } from './pages.mjs'

let terms

/** By the anchor of its heading: the term, its text as HTML, and where it is used. */
export function glossary(base) {
  return terms ??= Object.fromEntries(read('docs/glossary.md').split(/^## /m).slice(1).map((entry) => {
    const [title, ...rest] = entry.trim().split('\n')
    const id = anchor(title)
    const text = rest.join(' ').trim().replaceAll('&', '&amp;').replaceAll('<', '&lt;')
      .replace(/\[([^\]]*)\]\([^)]*\)/g, '$1').replace(/`([^`]*)`/g, '<code>$1</code>')
      .replace(/\*\*?([^*]+)\*\*?/g, '<em>$1</em>')
    return [id, { title, text, used: uses(id, base) }]
  }))
}

function uses(id, base) {
  const pages = readdirSync(resolve(root, 'docs')).filter((file) => file.endsWith('.md') && file !== 'glossary.md')
  return pages.filter((file) => read(`docs/${file}`).includes(`glossary.md#${id})`)).map((file) => {
    const name = file.slice(0, -3)
    const at = chapters.findIndex((chapter) => chapter.name === name)
    return { at: at < 0 ? 9 : at, text: at < 0 ? parse(`docs/${file}`).title : `chapter ${at + 1}`,
      href: name === 'README' ? base : `${base}${name}.html` }
  }).sort((a, b) => a.at - b.at)
}
