// What the site makes of the Markdown, which stays readable on a code host: diff blocks as
// Java, terminals side by side, groups of headings, pictures, links to files outside.
import { cpSync, existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { basename, dirname, relative, resolve } from 'node:path'
import { glossary } from './glossary.mjs'
import { chapters, isPage, placeOf } from './pages.mjs'
import { placesOf, type } from './pieces.mjs'
import { callsOf, linkPicture } from './calls.mjs'
import { canPlay, playFiles } from './play.mjs'
import { fileLink, inRepository, read, root, site } from './repository.mjs'
import { addressOf } from './theme/play/story.mjs'

const steps = chapters.map(({ name }) => name)
const source = (step) => `${step}/src/main/java/tcp/Server.java`

/** Files that the build writes beside the pages: their text, by the address in the site. */
const written = new Map()

export function copyFiles(to) {
  for (const [address, text] of written) {
    const file = resolve(to, address.slice(1))
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(file, text)
  }
  const book = resolve(site, 'target/book') // if it has been made before
  if (existsSync(book)) {
    cpSync(book, resolve(to, 'book'), { recursive: true })
  }
}

/** A written file's text by its address, while somebody writes a page; or undefined. */
export function copiedFile(address) {
  const at = address.indexOf('/files/')
  return at < 0 ? undefined : written.get(address.slice(at))
}

export function link(path, line) {
  const href = fileLink(path, line)
  if (href?.startsWith('/')) {
    written.set(href, read(path))
  }
  return href
}

// The headings of a chapter come in groups. A group begins with one of these, and then
// goes on until the next begins.
const groups = [
  ['Build it', /^(Start from here|Run it first|A place to type|Piece \d)/],
  ['Look inside', /^(The whole turn|One turn|The life of|Step through|Two clients at once|Five thousand clients|A client that never reads|What the kernel sees)/],
  ['Break it', /^How this goes wrong/],
  ['Check and go on', /^(Check yourself|In Rust it was|Design note)/],
]

/** The plugin for markdown-it; base is the site's folder on its server. */
export function markdown(md, base) {
  const escape = md.utils.escapeHtml
  const page = (env) => relative(root, env.realPath ?? env.path ?? '').replaceAll('\\', '/')
  const stepOf = (env) => steps.find((step) => page(env) === `docs/${step}.md`)
  playFiles(colour).forEach(([address, text]) => written.set(address, text))
  const html = (state, content) => Object.assign(new state.Token('html_block', '', 0), { content })
  const rule = (name, change) => md.core.ruler.push(name, (state) => change(state, state.tokens, state.env))

  // Text that only helps on a code host: here the places of a change stand apart anyway.
  md.core.ruler.before('inline', 'host', ({ tokens, env }) => {
    for (const token of tokens.filter(({ type }) => type === 'inline')) {
      token.content = token.content
        .replace(/(?:[;,.])(?: and)? [aA] line\s+`@@`\s+stands\s+for\s+lines\s+left\s+out/, '')
      if (!env.search) {
        token.content = token.content.replace(/\bCtrl-C\b/g, 'Ctrl\u2011C')
      }
    }
  })

  // Indented code becomes a block like the others: it scrolls by itself, and can be copied.
  rule('indented', (state, tokens) => tokens.filter(({ type }) => type === 'code_block')
    .forEach((token) => Object.assign(token, { type: 'fence', tag: 'code', info: 'text' })))

  rule('links', (state, tokens, env) => {
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
    const path = inRepository(page(env), href)
    const anchor = href.match(/#.*/)?.[0] ?? ''
    if (path === null) {
      return // VitePress says that it is missing
    }
    if (isPage(path)) {
      token.attrSet('href', `/${placeOf(path)}${anchor}`)
      return
    }
    const to = link(path)
    if (to) {
      token.attrSet('href', to + (to.startsWith('/') ? '' : anchor))
    } else {
      token.tag = 'span'
      token.attrs = []
    }
  }

  // A picture alone in its paragraph comes into the page itself, so that it follows dark
  // and light and has its size from the start. One that is not there yet shows its text.
  rule('pictures', (state, tokens, env) => {
    tokens.forEach((token, i) => {
      for (const [at, image] of (token.children ?? []).entries()) {
        const src = image.type === 'image' ? image.attrGet('src') : 'data:'
        if (!/^\w+:/.test(src) && inRepository(page(env), src) === null) {
          token.children[at] = Object.assign(new state.Token('text', '', 0), {
            content: image.content })
        }
      }
      const image = token.children?.length === 1 ? token.children[0] : null
      const path = image?.type === 'image' && inRepository(page(env), image.attrGet('src'))
      if (path && path.endsWith('.svg')) {
        tokens[i - 1].hidden = tokens[i + 1].hidden = true
        tokens[i] = html(state, env.search ? '' : figure(path, image.content, stepOf(env)))
      }
    })
  })

  function figure(path, text, step) {
    const svg = step && path === `docs/pictures/${step}.svg`
      ? linkPicture(picture(path), callsOf(read(`docs/${step}.md`), read(source(step)))) : picture(path)
    return `<figure class="picture" role="img" tabindex="0" aria-label="${escape(text)}"`
      + ` v-html="${escape(JSON.stringify(svg))}"></figure>\n`
  }

  // The code in a page: numbered, and typed into the file that the chapter begins with.
  rule('pieces', (state, tokens, env) => {
    const step = stepOf(env)
    if (!step || env.search) {
      return
    }
    const before = steps[steps.indexOf(step) - 1]
    let file = (before ? read(source(before)).replace(/\n$/, '').split('\n') : [])
      .map((text) => ({ text }))
    const files = []
    for (const token of tokens.filter((one) => one.type === 'fence' && one.info.startsWith('diff '))) {
      const typed = file && type(file, placesOf(token.content))
      if (!typed && file) {
        console.warn(`${page(env)}, line ${token.map[0] + 1}: this block does not fit the file before it`)
      }
      token.meta = { piece: files.length, typed }
      file = typed?.lines
      files.push(typed)
    }
    written.set(`/files/${step}.json`, JSON.stringify(wholeFiles(files.filter(Boolean))))
  })

  /** The lines of a Java file, coloured. */
  function colour(text) {
    return md.options.highlight(text, 'java', '').match(/<code[^>]*>([^]*)<\/code>/)[1].split('\n')
      .map((line) => line.replace(/^<span class="line">([^]*)<\/span>$/, '$1'))
  }

  /** Each line once, as text and coloured; and each file as the numbers of its lines. */
  function wholeFiles(files) {
    const lines = new Map()
    return { files: files.map((file) => {
      const texts = file.lines.map(({ text }) => text)
      const coloured = colour(texts.join('\n'))
      return {
        lines: texts.map((text, i) => {
          if (!lines.has(coloured[i])) lines.set(coloured[i], { text, number: lines.size })
          return lines.get(coloured[i]).number
        }),
        added: file.lines.flatMap(({ isNew }, i) => isNew ? [i] : []),
      }
    }), lines: [...lines].map(([html, { text }]) => [text, html]) }
  }

  // A server and its client belong side by side, with the sentence between them if any.
  rule('terminals', (state, tokens, env) => {
    const is = (token, title) => token?.type === 'fence' && token.info.startsWith(`console title="${title}`)
    for (let i = 0; i < tokens.length && !env.search; i++) {
      if (!is(tokens[i], 'server')) continue
      let to = i + 1
      if (tokens[to]?.type === 'paragraph_open' && is(tokens[to + 3], 'client')) to += 3
      if (is(tokens[to], 'client')) {
        tokens.splice(to + 1, 0, html(state, '</div></div>\n'))
        tokens.splice(i + 1, 0, html(state, '<div class="right">\n'))
        tokens.splice(i, 0, html(state, '<div class="terminals">\n'))
        i = to + 3
      }
    }
  })

  // Groups of headings, with the chapters' own one level below.
  rule('groups', (state, tokens, env) => {
    if (!stepOf(env) || env.search) {
      return
    }
    let current = ''
    for (let i = 0; i < tokens.length; i++) {
      const token = tokens[i]
      if (!/^heading/.test(token.type) || token.tag === 'h1') continue
      if (token.type === 'heading_open' && token.tag === 'h2') {
        const title = tokens[i + 1].content
        const group = groups.find(([, begins]) => begins.test(title))?.[0] ?? (current || groups[0][0])
        if (group !== current) {
          current = group
          const id = `group-${group.toLowerCase().replaceAll(' ', '-')}`
          tokens.splice(i, 0, html(state, `<h2 id="${id}" class="group" tabindex="-1">${group}`
            + ` <a class="header-anchor" href="#${id}" aria-label="Permalink to &quot;${group}&quot;">&#8203;</a></h2>\n`))
          i++
        }
      }
      token.tag = { h2: 'h3', h3: 'h4' }[token.tag] ?? token.tag
    }
  })

  // What only helps on a code host does not appear: the line of links under the title.
  // And what the reader is to do now stands out.
  rule('paragraphs', (state, tokens, env) => {
    for (let i = 0; i < tokens.length; i++) {
      const text = tokens[i].type === 'paragraph_open' ? tokens[i + 1].content : ''
      if (/^\[Overview\]\(|^\[Back to the overview/.test(text) || /^These pages are also a web site/.test(text)
          || /^Each term in two lines or so/.test(text)) {
        tokens.splice(i--, 3)
      } else if (/^\*\*(Run|See|Try) it/.test(text)) {
        tokens[i].attrJoin('class', 'do')
      }
    }
  })

  rule('parts', (state, tokens, env) => {
    const step = stepOf(env)
    if (env.search) {
      return
    }
    if (page(env) === 'docs/README.md') { // the site has a first page of its own
      const about = tokens.findIndex(({ tag }) => tag === 'h2')
      tokens.splice(0, about, html(state, '<Home />\n'))
      const list = tokens.findIndex((token) => token.content === 'The chapters') - 1
      if (list > 0) { // as cards, above
        tokens.splice(list, tokens.findIndex(({ type }, i) => i > list && type === 'table_close') - list + 1)
      }
    } else if (step) {
      const title = tokens.findIndex((token) => token.type === 'heading_close')
      tokens.splice(title + 1, 0, html(state, `<ChapterInfo name="${step}" />\n`))
    } else if (page(env) === 'docs/glossary.md') {
      const uses = glossary(base)
      for (let i = tokens.length - 1; i >= 0; i--) {
        if (tokens[i].type === 'heading_open' && tokens[i].tag === 'h2') {
          const next = tokens.findIndex((token, k) => k > i + 2 && token.type === 'heading_open')
          const { used } = uses[tokens[i].attrGet('id')] ?? { used: [] }
          if (used.length) {
            tokens.splice(next < 0 ? tokens.length : next, 0, html(state, `<p class="used">Used in ${
              used.map(({ text, href }) => `<a href="${href}">${escape(text)}</a>`).join(', ')}</p>\n`))
          }
        }
      }
    }
    for (const [i, token] of tokens.entries()) {
      const play = token.type === 'html_block' && token.content.match(/^<!-- play ([^]*?)\s*-->/)
      if (play) {
        tokens[i] = html(state, canPlay ? played(play[1].replace(/\s+/g, ' ')) : '')
      }
    }
  })

  /** The loop to play with, or a link to it: servers side by side want the width of a page of their own. */
  function played(what) {
    const [, alone, server, beside, story] = what.match(/^(?:link ([\w-]+)|([\w-]+) beside ([\w-]+)): (.*)$/) ?? []
    const href = addressOf(`${base}play.html`, { servers: alone ? [alone] : [server, beside], story })
    return !story ? `<Play what="${escape(what)}" />\n` : `<p class="play-link"><a href="${escape(href)}">Play this${
      alone ? '' : ': the wrong server beside the right one'}</a></p>\n`
  }

  // The figures of the benchmark, and what the scoreboard saw: folded, so that the text can be read.
  rule('tables', (state, tokens, env) => {
    const marks = page(env) === 'docs/scoreboard.md'
    if ((page(env) !== 'docs/benchmark.md' && !marks) || env.search) {
      return
    }
    for (let i = tokens.length - 1; i >= 0; i--) {
      if (tokens[i].type === 'table_close') {
        const open = tokens.findLastIndex((token, k) => k < i && token.type === 'table_open')
        const cells = tokens.slice(open, i).filter((token) => token.type === 'inline').map(({ content }) => content)
        if (marks && cells.includes('●')) {
          tokens.splice(i + 1, 0, html(state, '</div>\n'))
          tokens.splice(open, 0, html(state, '<div class="marks">\n'))
        } else if (tokens.slice(open, i).filter(({ type }) => type === 'tr_open').length > 4) {
          const head = marks ? 'Server by server' : `The figures: ${cells.slice(1, 4).join(', ')} …`
          tokens.splice(i + 1, 0, html(state, '</details>\n'))
          tokens.splice(open, 0, html(state, `<details class="figures"><summary>${escape(head)}</summary>\n`))
        }
      }
    }
  })

  // Short code does not break inside, at a hyphen for example.
  const code = md.renderer.rules.code_inline
  md.renderer.rules.code_inline = (tokens, i, ...rest) => {
    if (tokens[i].content.length <= 24) {
      tokens[i].attrJoin('class', 'short')
    }
    return code(tokens, i, ...rest)
  }

  const fence = md.renderer.rules.fence
  md.renderer.rules.fence = (tokens, i, options, env, self) => {
    const token = tokens[i]
    const [language] = token.info.split(' ')
    const title = token.info.match(/title="([^"]*)"/)?.[1] ?? ''
    const show = (info, content, button) => {
      const changed = Object.assign(Object.create(token), { info, content })
      return fence(Object.assign([...tokens], { [i]: changed }), i, options, env, self)
        .replace('<button title="Copy"', `<button title="${button}"`)
    }
    if (language === 'diff') {
      const places = placesOf(token.content)
      const typed = token.meta?.typed
      const code = places.map(({ lines, words }, at) => {
        const { where, what, line } = typed?.places[at] ?? {}
        return (where ? `<p class="place">In <code>${where}</code>: ${what}</p>`
          .replace(/<code>((?:the|an) [^<]*)<\/code>/, '$1') : '')
          + show(`java marks=${lines.map(({ kind }) => kind).join('')} words=${
            lettered(words)}`,
          lines.map(({ text }) => text).join('\n'), 'Copy the new lines')
      }).join('')
      const line = typed?.places[0].line ?? 1
      return `<Piece :number="${token.meta?.piece ?? 0}" step="${stepOf(env) ?? ''}" :known="${
        Boolean(typed)}"><template #title>${titleOf(title, env, line)}</template>${code}</Piece>\n`
    }
    if (language === 'java' || (language === 'text' && /^\s*(if|for|selector|client|channel|listener)\b.*[({;]$/m.test(token.content))) {
      return block(title, env, show('java', token.content, 'Copy'))
    }
    if (language === 'console') {
      const lines = token.content.replace(/\n$/, '').split('\n')
      const marks = lines.map((line) => /^[$>] /.test(line) ? 'p' : 'q').join('')
      const shown = block(title, env, show(`console marks=${marks}`, token.content, 'Copy the commands'))
      return title === 'kernel' && stepOf(env) ? linked(shown, token.content, stepOf(env)) : shown
    }
    return fence(tokens, i, options, env, self)
  }

  /** The calls with the Java lines behind them, each with the numbers of its calls. */
  function linked(shown, content, step) {
    const file = read(source(step))
    const calls = callsOf(`\`\`\`console title="kernel"\n${content}\`\`\``, file)
    const coloured = md.options.highlight(file, 'java', '').match(/<code[^>]*>([^]*)<\/code>/)[1].split('\n')
    const lines = [...new Set(calls.map(({ line }) => line).filter(Boolean))].sort((a, b) => a - b)
    const code = lines.map((line) => `<span class="line numbered" data-line="${line}" data-calls="${
      calls.flatMap((call, i) => call.line === line ? [i] : []).join(' ')}">${
      coloured[line - 1].replace('<span class="line">', '<span>').replace(/>(\s+)</, '><').replace(/(<span style="[^"]*">)\s+/, '$1')}</span>`).join('')
    let number = 0
    return `<div class="linked">${shown.replace(/class="line output/g, () => `data-calls="${number++}" class="line output`)}
<div class="block java"><div class="title-bar"><span>the lines of the server behind them</span></div><div class="language-java vp-adaptive-theme"><pre class="shiki vp-code" tabindex="0"><code v-pre>${code}</code></pre></div></div></div>\n`
  }

  function block(title, env, content) {
    const kind = title.split(' ')[0].replace(/\W.*/, '')
    return `<div class="block ${kind}">${title ? `<div class="title-bar">${titleOf(title, env)}</div>` : ''}${content}</div>\n`
  }

  function titleOf(title, env, line) {
    if (title.includes('#')) {
      const [file, member] = title.split('#')
      const step = file.includes('/') ? file.split('/')[0] : stepOf(env)
      return anchorTo(link(source(step), line ?? lineOf(step, member)), `${step}/…/Server.java`)
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

/** A picture's text for a page that has others: its ids are its own, and its size is known. */
export function picture(path) {
  const name = basename(path, '.svg')
  let svg = read(path).replace(/<\?xml.*?\?>|<!DOCTYPE.*?>/g, '')
    .replace(/@media \(prefers-color-scheme: dark\) \{[^]*?\n\}\n/, '')
  for (const id of new Set([...svg.matchAll(/\sid=['"]([^'"]+)['"]/g)].map(([, one]) => one))) {
    svg = svg.replaceAll(`#${id})`, `#${name}-${id})`).replaceAll(new RegExp(`(\\sid=['"])${id}(['"])`, 'g'), `$1${name}-${id}$2`)
  }
  return svg.replace(/(<svg[^>]*?) width='([\d.]+)' height='([\d.]+)'/, "$1 viewBox='0 0 $2 $3'")
}

/** Where a member is declared. */
function lineOf(step, member) {
  const declared = new RegExp(`^ *(?:(?:public|private|static|final|synchronized) )*`
    + `(?:\\w[\\w<>\\[\\]]* )?${member}(?: =| \\{|\\(|;)`)
  return read(source(step)).split('\n').findIndex((line) => declared.test(line)) + 1
}

/**
 * Marks each line by what it is, and says what the copy button leaves out. The marks come
 * with the block, one letter a line: added, removed, context; in a terminal what is typed
 * after the prompt, and q for the rest. The words that differ: line.from.to.
 */
export const lineTransformer = {
  name: 'docs:lines',
  line(node, number) {
    const mark = marksOf(this)[number - 1]
    if (!mark) {
      return
    }
    for (const [line, from, to] of wordsOf(this)) {
      if (line === number - 1) {
        markWords(node, from, to)
      }
    }
    const sign = { a: '+', r: '−', c: ' ' }[mark]
    const kind = { a: 'added', r: 'removed', q: 'output' }[mark]
    this.addClassToHast(node, [kind, 'rcq'.includes(mark) && 'vp-copy-ignore'].filter(Boolean))
    node.tagName = { added: 'ins', removed: 'del' }[kind] ?? 'span'
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
    if (!marksOf(this)) {
      return
    }
    // A line takes its end along when it is left out; and the last that is copied has none,
    // for in a terminal that would run it.
    let line = null
    let end = null
    node.children = node.children.filter((child) => {
      if (child.type === 'element') {
        line = child
        return true
      }
      line.children.push(child)
      if (!/vp-copy-ignore/.test(line.properties.class)) {
        end = child
      }
      return false
    })
    const copied = node.children.filter((child) => !/vp-copy-ignore/.test(child.properties.class))
    if (end && copied.at(-1)?.children.includes(end)) {
      const at = copied.at(-1).children.indexOf(end)
      copied.at(-1).children[at] = aside('end', '\n')
    }
  },
}

const meta = (context, name) => context.options.meta?.__raw?.match(new RegExp(`${name}=([\\w.]+)`))?.[1] ?? ''
const marksOf = (context) => meta(context, 'marks')
const wordsOf = (context) => meta(context, 'words').split('_').filter(Boolean)
  .map((range) => range.split('.').map((letters) => Number(letters.replace(/./g, (c) => digits.indexOf(c)))))

// VitePress would take digits for the numbers of lines to highlight.
const digits = 'abcdefghij'
const lettered = (ranges) => ranges.map((range) => range.join('.')).join('_').replace(/\d/g, (d) => digits[d])

function markWords(node, from, to) {
  let at = 0
  node.children = node.children.flatMap((span) => {
    const text = span.children[0].value
    const [start, end] = [Math.max(from - at, 0), Math.min(to - at, text.length)]
    at += text.length
    const part = (value, name) => value && { ...span, properties: { ...span.properties, ...name && { class: name } },
      children: [{ type: 'text', value }] }
    return start < end
      ? [part(text.slice(0, start)), part(text.slice(start, end), 'word'), part(text.slice(end))].filter(Boolean)
      : [span]
  })
}

function aside(name, text) {
  return {
    type: 'element', tagName: 'span', properties: { class: `${name} vp-copy-ignore` },
    children: [{ type: 'text', value: text }],
  }
}
