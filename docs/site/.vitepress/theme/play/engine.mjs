import { withBase } from 'vitepress'
import { prepare } from './trace.mjs'

const json = (address) => fetch(withBase(address)).then((response) => {
  if (!response.ok) throw new Error(`${address}: ${response.status}`)
  return response.json()
})

let index
const loaded = new Map()

/** All servers that there are: name, title, and of a wrong one the right one, the change and its diagnosis. */
export const servers = () => index ??= json('/files/play.json').then((all) => all.map((one) => ({ ...one, short: shortOf(one) })))

/** As in "step 3" and "step 3, no guard". */
function shortOf({ name, base, title }) {
  const right = (base ?? name).replace(/^step(\d)$/, 'step $1')
  return base ? `${right}, ${title}` : right
}

/**
 * A server: what is known of it, its lines as text and coloured, and play(story). Given a trace of another story,
 * and the number of its first events that are sure to be the same, that goes faster. Loaded when first wanted.
 */
export function load(name) {
  if (!loaded.has(name)) {
    loaded.set(name, Promise.all([
      servers(),
      json(`/files/play/${name}.json`),
      import(/* @vite-ignore */ new URL(withBase(`/play/${name}.js`), location.href).href),
    ]).then(([all, lines, engine]) => {
      let last = {}
      const play = (story, known = [], skip = 0) => {
        if (last.story !== story) {
          last = { story, trace: prepare(JSON.parse(engine.play(story, 20_000, skip)), known) }
        }
        return last.trace
      }
      return { ...all.find((one) => one.name === name), lines, play }
    }))
  }
  return loaded.get(name)
}
