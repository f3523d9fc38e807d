import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { defineConfig } from 'vitepress'
import { anchor, docs, repository, site } from './repository.mjs'
import { chapters, copiedFile, copyFiles, lineTransformer } from './chapters.mjs'

const chapterPages = [
  ['1. The loop', 'step1-init'],
  ['2. Accept and hang up', 'step2-discard'],
  ['3. Read', 'step3-read'],
  ['4. Write', 'step4-write'],
  ['5. HTTP', 'step5-http'],
]
const otherPages = [
  ['Benchmark', 'benchmark'],
  ['From Rust to Java', 'from-rust-to-java'],
  ['Where next', 'where-next'],
  ['Glossary', 'glossary'],
  ['Changing the docs', 'CONTRIBUTING'],
]
const items = (pages) => pages.filter(([, page]) => existsSync(resolve(docs, `${page}.md`)))
  .map(([text, page]) => ({ text, link: `/${page}` }))

// A code host serves a repository's pages from a folder of its name. But there is one
// repository for the pages of its owner.
const own = repository?.name.endsWith('.github.io')
const base = process.env.BASE ?? (repository && !own ? `/${repository.name}/` : '/')

export default defineConfig({
  base,
  lang: 'en',
  title: 'A TCP server in Java',
  titleTemplate: ':title | A TCP server in Java',
  description: 'A TCP server in Java with NIO, step by step, from the selector up.',
  head: [['link', { rel: 'icon', type: 'image/svg+xml', href: `${base}favicon.svg` }]],
  // The pages are plain Markdown beside this folder, and readable there.
  srcDir: '..',
  srcExclude: ['site/**', 'proof/**'],
  rewrites: { 'README.md': 'index.md' },
  // The pages are read as they are on a code host: the same anchors, the same blocks.
  markdown: {
    anchor: { slugify: anchor },
    theme: { light: 'github-light-high-contrast', dark: 'github-dark-high-contrast' },
    codeTransformers: [lineTransformer],
    codeCopyButtonTitle: 'Copy',
    config: (md) => chapters(md, base),
  },
  themeConfig: {
    sidebar: [
      { items: [{ text: 'Overview', link: '/' }] },
      { text: 'The chapters', items: items(chapterPages) },
      { text: 'Beside them', items: items(otherPages) },
    ],
    outline: { level: [2, 3], label: 'On this page' },
    socialLinks: repository ? [{ icon: 'github', link: repository.url }] : [],
    search: {
      provider: 'local',
      options: {
        miniSearch: { searchOptions: { combineWith: 'AND' } },
        // Without what is only there for those who look at the page.
        _render: (text, env, md) => md.render(text, Object.assign(env, { search: true })),
      },
    },
  },
  buildEnd: ({ outDir }) => copyFiles(outDir),
  vite: {
    publicDir: resolve(site, 'public'),
    plugins: [{
      // A page imports Vue, and it lies outside of the folder that has it.
      name: 'docs:vue',
      enforce: 'pre',
      resolveId(id, from) {
        return /^vue(\/|$)/.test(id) && from && !from.startsWith(site)
          ? this.resolve(id, resolve(site, 'package.json'), { skipSelf: true }) : null
      },
    }, {
      name: 'docs:files',
      configureServer: ({ middlewares }) => middlewares.use((request, response, next) => {
        const text = copiedFile(decodeURI(request.url))
        return text === undefined ? next() : response.setHeader(
          'content-type', 'text/plain; charset=utf-8').end(text)
      }),
    }],
    build: { chunkSizeWarningLimit: 1000 }, // mermaid is loaded only where it draws
    server: { fs: { allow: [resolve(docs, '..')] } },
  },
})
