// What the site makes of the chapters' Markdown, which stays readable on a code host:
// diff blocks as Java, title bars, diagrams, pictures, links to files outside of the site.
import { mkdirSync, writeFileSync } from 'node:fs'
import { basename, dirname, resolve } from 'node:path'
import { diffLines } from 'diff'
import { fileLink, inRepository, read } from './repository.mjs'

const steps = ['step1-init', 'step2-discard', 'step3-read', 'step4-write', 'step5-http']
const source = (step) => `${step}/src/main/java/tcp/Server.java`

/** The files that pages link and that are copied into the site, by their path. */
const copied = new Set()

/** Writes the linked files beside the pages, as plain text. */
export function copyFiles(to) {
  for (const path of copied) {
    const file = resolve(to, 'files', `${path}.txt`)
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(file, read(path))
  }
}

/** A linked file's text by its address in the site, while one writes; or undefined. */
export function copiedFile(address) {
  const path = address.match(/\/files\/(.*)\.txt$/)?.[1]
  return copied.has(path) ? read(path) : undefined
}

function link(path, line) {
  const href = fileLink(path, line)
  if (href?.startsWith('/')) {
    copied.add(path)
  }
  return href
}

/** The plugin for markdown-it; base is the site's folder on its server. */
export function chapters(md, base) {
  const escape = md.utils.escapeHtml
  const page = (env) => basename(env.realPath ?? env.path ?? '')
  const stepOf = (env) => steps.find((step) => page(env) === `${step}.md`)
  const html = (state, content) => Object.assign(new state.Token('html_block', '', 0), { content })

  md.core.ruler.push('links', ({ tokens, env }) => {
    for (const { children } of tokens.filter((token) => token.type === 'inline')) {
      const open = []
      for (const token of children) {
        if (token.type === 'link_open') {
          open.push(token)
          relink(token, env)
        } else if (token.type === 'link_close') {
          token.tag = open.pop().tag
        }
      }
    }
  })

  function relink(token, env) {
    const href = token.attrGet('href')
    if (/^(\w+:|#)/.test(href)) {
      return
    }
    if (/^README\.md(#|$)/.test(href)) {
      token.attrSet('href', href.replace('README.md', 'index.md'))
      return
    }
    const path = inRepository(page(env), href)
    if (path === null || /^docs\/[^/]+\.md$/.test(path)) {
      return // a page; or VitePress says that it is missing
    }
    const to = link(path)
    if (to) {
      token.attrSet('href', to + (to.startsWith('/') ? '' : href.match(/#.*/)?.[0] ?? ''))
    } else {
      token.tag = 'span'
      token.attrs = []
    }
  }

  // A picture alone in its paragraph comes into the page itself, so that it follows dark
  // and light. One that is not there yet shows its text.
  md.core.ruler.push('pictures', (state) => {
    state.tokens.forEach((token, i) => {
      for (const [at, image] of (token.children ?? []).entries()) {
        const src = image.type === 'image' ? image.attrGet('src') : 'data:'
        const path = /^\w+:/.test(src) ? '' : inRepository(page(state.env), src)
        if (path === null) {
          token.children[at] = Object.assign(new state.Token('text', '', 0), {
            content: image.content })
        }
      }
      const image = token.children?.length === 1 ? token.children[0] : null
      const path = image?.type === 'image' && inRepository(page(state.env), image.attrGet('src'))
      if (path && path.startsWith('docs/pictures/')) {
        state.tokens[i - 1].hidden = state.tokens[i + 1].hidden = true
        state.tokens[i] = html(state, `<figure class="picture" role="img" tabindex="0"`
          + ` aria-label="${escape(image.content)}" v-html="${escape(
            state.env.search ? '""' : JSON.stringify(read(path)))}"></figure>\n`)
      }
    })
  })

  md.core.ruler.push('switch', (state) => {
    const step = stepOf(state.env)
    const before = state.tokens.findIndex((token) => token.type === 'paragraph_close')
    if (!step || state.env.search || before < 0) {
      return
    }
    const lines = newLines(step)
    const marks = lines.map((line) => line.isNew ? 'n' : 'o').join('')
    const text = lines.map((line) => line.text).join('\n')
    state.tokens.splice(before + 1, 0, html(state, '<CodeSwitch />\n'))
    state.tokens.push(html(state, '<div id="whole-file" hidden>'
      + `<div class="language-java vp-adaptive-theme whole-file">`
      + '<button title="Copy the whole file" class="copy"></button><span></span>'
      + md.options.highlight(text, 'java', `marks=${marks}`) + '</div></div>\n'))
  })

  const fence = md.renderer.rules.fence
  md.renderer.rules.fence = (tokens, i, options, env, self) => {
    const token = tokens[i]
    const [language] = token.info.split(' ')
    const title = token.info.match(/title="([^"]*)"/)?.[1] ?? ''
    if (language === 'mermaid') {
      return `<Mermaid code="${encodeURIComponent(token.content)}"><pre v-pre>`
        + `${escape(token.content)}</pre></Mermaid>\n`
    }
    const lines = token.content.replace(/\n$/, '').split('\n')
    const show = (info, content, button) => {
      const changed = Object.assign(Object.create(token), { info, content })
      return fence(Object.assign([...tokens], { [i]: changed }), i, options, env, self)
        .replace('<button title="Copy"', `<button title="${button}"`)
    }
    if (language === 'diff') {
      const kinds = { '+': 'a', '-': 'r', ' ': 'c' }
      const marks = lines.map((line) => line === '@@' ? 'g' : kinds[line[0]] ?? 'c').join('')
      const content = lines.map((line) => line === '@@' ? '' : line.slice(1)).join('\n')
      const place = placeOf(lines, stepOf(env))
      return block(title, env, place, `<DiffView :line="${place}">`
        + show(`java marks=${marks}`, content, 'Copy the new lines') + '</DiffView>')
    }
    if (language === 'java') {
      return block(title, env, 0, show('java', token.content, 'Copy'))
    }
    if (language === 'console') {
      const marks = lines.map((line) => /^[$>] /.test(line) ? 'p' : 'q').join('')
      return block(title, env, 0,
        show(`console marks=${marks}`, token.content, 'Copy the commands'))
    }
    return fence(tokens, i, options, env, self)
  }

  function block(title, env, line, content) {
    return `<div class="block"><div class="title-bar">${titleOf(title, env, line)}`
      + `${line ? '<DiffButton />' : ''}</div>${content}</div>\n`
  }

  function titleOf(title, env, line) {
    if (title.includes('#')) {
      const [file, member] = title.split('#')
      const step = file.includes('/') ? file.split('/')[0] : stepOf(env)
      const path = source(step)
      return anchorTo(link(path, line || lineOf(step, member)), `${step}/…/Server.java`)
        + `<span class="member">${escape(member)}</span>`
    }
    const patch = title.match(/^server (broken\/.*)/)?.[1]
    const path = patch && inRepository(page(env), patch)
    return path
      ? '<span>server, broken by</span> ' + anchorTo(link(path), basename(path))
      : `<span>${escape(title.replace(' so far', ': your file so far'))}</span>`
  }

  function anchorTo(href, text) {
    const inSite = href.startsWith('/')
    return inSite
      ? `<a href="${base}${href.slice(1)}">${text}</a>`
      : `<a href="${href}" target="_blank" rel="noreferrer">${text}</a>`
  }
}

/** The lines of a step's file, and which of them the step before has not. */
function newLines(step) {
  const before = steps[steps.indexOf(step) - 1]
  const lines = []
  for (const part of diffLines(before ? read(source(before)) : '', read(source(step)))) {
    if (!part.removed) {
      part.value.replace(/\n$/, '').split('\n').forEach(
        (text) => lines.push({ text, isNew: Boolean(part.added) }))
    }
  }
  return lines
}

/** Where in the step's file a diff block's change is: the first line found once. */
function placeOf(lines, step) {
  const file = read(source(step)).split('\n')
  const body = lines.slice(Math.max(0, lines.findLastIndex((line) => /^\+import /.test(line))))
  for (const mark of ['+', ' ']) {
    for (const line of [...body, ...lines]) {
      const text = line.slice(1)
      if (line[0] === mark && /\w{3}/.test(text) && !/^import /.test(text)
          && file.filter((other) => other === text).length === 1) {
        return file.indexOf(text) + 1
      }
    }
  }
  return 1
}

/** Where a member is declared. */
function lineOf(step, member) {
  const declared = new RegExp(`^ *(?:(?:public|private|static|final|synchronized) )*`
    + `(?:\\w[\\w<>\\[\\]]* )?${member}(?: =| \\{|\\(|;)`)
  return read(source(step)).split('\n').findIndex((line) => declared.test(line)) + 1
}

/**
 * Marks each line by what it is, and says what the copy button leaves out. The marks come
 * with the block, one letter a line: added, removed, context, gap; in a whole file new
 * and old; in a terminal what is typed after the prompt, and q for the rest.
 */
export const lineTransformer = {
  name: 'docs:lines',
  line(node, number) {
    const mark = marksOf(this)[number - 1]
    if (!mark) {
      return
    }
    const sign = { a: '+', n: '+', r: '−', c: ' ', o: ' ', g: '⋯' }[mark]
    const kind = { a: 'added', n: 'added', r: 'removed', g: 'gap', q: 'output' }[mark]
    this.addClassToHast(node, [kind, 'rcgq'.includes(mark) && 'vp-copy-ignore'].filter(Boolean))
    node.tagName = { added: 'ins', removed: 'del' }[kind] ?? 'span'
    if ('no'.includes(mark)) {
      node.properties['data-line'] = number
    }
    if (mark === 'p') {
      const prompt = node.children.map((span) => span.children[0].value).join('').slice(0, 2)
      let left = prompt.length
      for (const span of node.children) {
        const text = span.children[0]
        const cut = Math.min(left, text.value.length)
        text.value = text.value.slice(cut)
        left -= cut
      }
      node.children.unshift(aside('prompt', prompt))
    } else if (sign) {
      node.children.unshift(aside('mark', sign))
    }
  },
  code(node) {
    const marks = marksOf(this)
    if (!marks) {
      return
    }
    // A line takes its end along when it is left out. Between two places, a blank line.
    let line = null
    let number = 0
    node.children = node.children.filter((child) => {
      if (child.type === 'element') {
        line = child
        number++
        return true
      }
      line.children.push(child)
      if (marks[number - 1] === 'a' && marks[number] !== 'a' && marks.includes('a', number)) {
        line.children.push({ ...aside('copy-only', '\n'), properties: { class: 'copy-only' } })
      }
      return false
    })
  },
}

const marksOf = (context) => context.options.meta?.__raw?.match(/marks=(\w+)/)?.[1] ?? ''

function aside(name, text) {
  return {
    type: 'element', tagName: 'span', properties: { class: `${name} vp-copy-ignore` },
    children: [{ type: 'text', value: text }],
  }
}
