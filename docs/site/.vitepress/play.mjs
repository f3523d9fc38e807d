// The servers to play with: Maven makes JavaScript of them, and the site colours their sources.
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { transform } from 'esbuild'
import { site } from './repository.mjs'

const index = resolve(site, 'public/play/index.json')
export const canPlay = existsSync(index)
const all = () => JSON.parse(readFileSync(index, 'utf8')).servers
let told = false

/** The files of the site for them, address and text; colour takes a source and gives its lines as HTML. */
export function playFiles(colour) {
  if (!canPlay) {
    if (!told) {
      console.warn('No servers to play with: the pages show tables instead. To make them, in the'
        + ' project\'s folder: ./mvnw -q -Pplay -pl play -am -DskipTests package')
    }
    told = true
    return []
  }
  const servers = all()
  return [
    ['/files/play.json', JSON.stringify(servers.map(({ source, ...server }) => server))],
    ...servers.map(({ name, source }) => {
      const text = source.replace(/\n$/, '')
      const html = colour(text)
      return [`/files/play/${name}.json`, JSON.stringify(text.split('\n').map((line, i) => [line, html[i]]))]
    }),
  ]
}

/** Makes the servers in the built site smaller: Vite takes what is in public as it is. */
export const minify = (folder) => Promise.all((canPlay ? all() : []).map(async ({ name }) => {
  const file = resolve(folder, `play/${name}.js`)
  const { code } = await transform(readFileSync(file, 'utf8'), { minify: true, treeShaking: true, format: 'esm', target: 'es2022' })
  writeFileSync(file, code)
}))
