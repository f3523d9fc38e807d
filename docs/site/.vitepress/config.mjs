import { resolve } from 'node:path'
import { defineConfig } from 'vitepress'
import { anchor, repository, root, site } from './repository.mjs'
import { excluded, parse, placeOf, sidebar } from './pages.mjs'
import { copiedFile, copyFiles, lineTransformer, link, markdown } from './markdown.mjs'
import { minify } from './play.mjs'
import { search } from './search.mjs'

// A code host serves a repository's pages from a folder of its name. But there is one
// repository for the pages of its owner.
const own = repository?.name.endsWith('.github.io')
const base = process.env.BASE ?? (repository && !own ? `/${repository.name}/` : '/')
// Where it is published: only then it can name its own address.
const address = process.env.SITE ?? (repository && `https://${repository.owner}.github.io${base}`)
const title = 'A TCP server in Java'
const description = 'Build a TCP server in Java from an empty file: one thread, one selector,'
  + ' thousands of connections. Five short chapters, a workshop, and nothing but the JDK.'

/** The first paragraph of a page, as plain text, for those who list pages. */
function about(path) {
  if (path === 'docs/README.md') {
    return description
  }
  const paragraph = parse(path).text.split(/\n\n+/).find((part) => /^[A-Z“"`]/.test(part)) ?? description
  const text = paragraph.replace(/\[([^\]]*)\]\([^)]*\)/g, '$1').replace(/<!--.*?-->|[`*_]/g, '').replace(/\s+/g, ' ')
  return text.length <= 200 ? text : `${text.slice(0, 200).replace(/\W+\w*$/, '')} …`
}

export default defineConfig({
  base,
  lang: 'en',
  title,
  titleTemplate: `:title | ${title}`,
  description,
  head: [
    ['link', { rel: 'icon', type: 'image/svg+xml', href: `${base}favicon.svg` }],
    ['meta', { property: 'og:site_name', content: title }],
    ['meta', { name: 'twitter:card', content: 'summary_large_image' }],
  ],
  // The pages are plain Markdown in the folders beside this one, and readable there.
  srcDir: root,
  srcExclude: excluded,
  rewrites: placeOf,
  sitemap: address ? { hostname: address } : undefined,
  // The same anchors and blocks as on a code host.
  markdown: {
    anchor: { slugify: anchor },
    theme: { light: 'github-light-high-contrast', dark: 'github-dark-high-contrast' },
    codeTransformers: [lineTransformer],
    codeCopyButtonTitle: 'Copy',
    container: { noteLabel: 'Note', importantLabel: 'Do this', warningLabel: 'Stop the server first', tipLabel: 'Tip' },
    config: (md) => markdown(md, base),
  },
  themeConfig: {
    sidebar,
    nav: [
      { text: 'Chapters', link: '/step1-init', activeMatch: '^/step' },
      { text: 'Play', link: '/play', activeMatch: '^/(play|break-it)' },
      { text: 'Workshop', link: '/workshop/', activeMatch: '^/workshop/' },
      { text: 'Glossary', link: '/glossary' },
    ],
    outline: { level: [2, 3], label: 'On this page' },
    socialLinks: repository ? [{ icon: 'github', link: repository.url }] : [],
    editLink: repository
      ? { pattern: `${repository.url}/edit/main/:path`, text: 'Change this page' } : undefined,
    licence: link('LICENSE'),
    search,
  },
  transformPageData(page) {
    page.description = about(page.filePath)
    if (/^docs\/(play|break-it)\.md$/.test(page.filePath)) { // they need all the width there is
      Object.assign(page.frontmatter, { aside: false, pageClass: 'wide-page' })
    } else if (page.filePath === 'docs/README.md') {
      page.frontmatter.titleTemplate = false
      page.title = `${title}, from the selector up`
    }
  },
  transformHead({ page, pageData }) {
    const at = address + page.replace(/(^|\/)index\.md$/, '$1').replace(/\.md$/, '.html')
    const tag = (property, content) => ['meta', { property, content }]
    return page === '404.md' ? [] : [
      tag('og:type', 'article'),
      tag('og:title', pageData.title),
      tag('og:description', pageData.description),
      ...address ? [tag('og:url', at), tag('og:image', `${address}card.png`),
        ['link', { rel: 'canonical', href: at }]] : [],
    ]
  },
  buildEnd: ({ outDir }) => Promise.all([copyFiles(outDir), minify(outDir)]),
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
      // Vite looks for these from docs/, does not find them, and says so. It finds them when a page asks.
      name: 'docs:found-when-asked-for',
      configResolved: ({ optimizeDeps }) => {
        optimizeDeps.include = optimizeDeps.include.filter((one) => !one.startsWith('vitepress > '))
      },
    }, {
      name: 'docs:files',
      configureServer({ middlewares }) {
        middlewares.use((request, response, next) => {
          const text = copiedFile(decodeURI(request.url))
          return text === undefined ? next() : response.setHeader(
            'content-type', 'text/plain; charset=utf-8').end(text)
        })
      },
    }],
    server: { fs: { allow: [root] }, watch: { ignored: ['**/target/**'] } },
  },
})
