// The servers to play with: Maven makes JavaScript of them, and the site colours their sources.
import { existsSync, readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { site } from './repository.mjs'

const index = resolve(site, 'public/play/index.json')
export const canPlay = existsSync(index)
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
  const { servers } = JSON.parse(readFileSync(index, 'utf8'))
  return [
    ['/files/play.json', JSON.stringify(servers.map(({ source, ...server }) => server))],
    ...servers.map(({ name, source }) => {
      const text = source.replace(/\n$/, '')
      const html = colour(text)
      return [`/files/play/${name}.json`, JSON.stringify(text.split('\n').map((line, i) => [line, html[i]]))]
    }),
  ]
}
