// Which Markdown files are pages, what they are called, and where the site has them.
import { existsSync, readdirSync } from 'node:fs'
import { resolve } from 'node:path'
import { read, root } from './repository.mjs'

/** The chapters. The minutes, to read and type along, are estimates. */
export const chapters = [
  { name: 'step1-init', title: '1. The loop', minutes: 40,
    idea: 'Sleep until a client knocks.', learn: 'selector, key, interest, readiness' },
  { name: 'step2-discard', title: '2. Accept and hang up', minutes: 25,
    idea: 'Take each client out of the queue.', learn: '“would block”, stale keys' },
  { name: 'step3-read', title: '3. Read', minutes: 45,
    idea: 'Keep every connection, on one thread.', learn: 'end of stream, resets, running out of descriptors' },
  { name: 'step4-write', title: '4. Write', minutes: 40,
    idea: 'Answer, and lose no answer.', learn: 'partial writes, half-close' },
  { name: 'step5-http', title: '5. HTTP', minutes: 55,
    idea: 'Speak a protocol, and stay up.', learn: 'pipelining, back-pressure' },
].map((chapter) => ({ ...chapter, page: `docs/${chapter.name}.md`, link: `/${chapter.name}` }))

const others = ['cheat-sheet', 'play', 'break-it', 'simulation', 'benchmark', 'scoreboard', 'ways-to-wait',
  'blocking-on-a-selector', 'level-and-edge', 'several-loops', 'in-the-wild', 'questions', 'where-next', 'from-rust-to-java',
  'glossary', 'CONTRIBUTING']
const names = { 'cheat-sheet': 'Cheat sheet', benchmark: 'Benchmark' }

/** The folders of the repository without pages, and the files that are none. */
export const excluded = [
  ...readdirSync(root).filter((name) => !['docs', 'workshop'].includes(name)),
  ...readdirSync(resolve(root, 'docs'), { withFileTypes: true })
    .filter((file) => file.isDirectory()).map(({ name }) => `docs/${name}`),
  'workshop/{src,target,mine}', 'workshop/exercises/*/!(README.md)',
].flatMap((name) => [name, `${name}/**`])

/** The page's place in the site, from its path in the repository. */
export function placeOf(path) {
  return path.replace(/^docs\//, '')
    .replace(/^workshop\/exercises\/([^/]+)\/README\.md$/, 'workshop/$1.md')
    .replace(/(^|\/)README\.md$/, '$1index.md')
}

export const isPage = (path) => /^docs\/[^/]+\.md$|^workshop\/[^/]+\.md$/.test(path)
  || /^workshop\/exercises\/[^/]+\/README\.md$/.test(path)

/** What the front matter says, a line for each, and the text behind it. */
export function parse(path) {
  const [, head, text] = read(path).match(/^(?:---\n([^]*?)\n---\n)?([^]*)$/)
  const front = Object.fromEntries((head ?? '').split('\n')
    .map((line) => line.match(/^(\w+): *["']?(.*?)["']?$/)?.slice(1)).filter(Boolean))
  return { front, text, title: text.match(/^# +(.*)$/m)?.[1] ?? path }
}

/** The workshop's exercises, in their order. */
export const exercises = readdirSync(resolve(root, 'workshop/exercises'))
  .map((name) => ({ name, page: `workshop/exercises/${name}/README.md`, link: `/workshop/${name}` }))
  .filter(({ page }) => existsSync(resolve(root, page)))
  .map((exercise) => {
    const { front, text, title } = parse(exercise.page)
    return {
      ...exercise, title: titleOf(exercise.name, front.title ?? title),
      order: Number(front.order ?? (/^step\d$/.test(exercise.name) ? exercise.name.at(-1) : 99)),
      minutes: Number(front.minutes ?? text.match(/^Time: (\d+) minutes/m)?.[1] ?? 0),
    }
  })
  .sort((a, b) => a.order - b.order || a.name.localeCompare(b.name))

function titleOf(name, title) {
  const step = name.match(/^step(\d)/)?.[1]
  const words = title.replace(/^step \d: */i, '')
  return (step ? `Step ${step}: ` : '') + (step ? words : words[0].toUpperCase() + words.slice(1))
}

const known = new Set([...chapters.map(({ name }) => name), ...others, 'README'])
const more = [...others, ...readdirSync(resolve(root, 'docs'))
  .filter((file) => file.endsWith('.md')).map((file) => file.slice(0, -3))
  .filter((name) => !known.has(name))]
  .filter((name) => existsSync(resolve(root, `docs/${name}.md`)))
  .map((name) => ({ text: names[name] ?? parse(`docs/${name}.md`).title, link: `/${name}` }))

const all = (exercise) => [
  { items: [{ text: 'Overview', link: '/' }] },
  { text: 'The chapters', items: chapters.map(({ title, link }) => ({ text: title, link })) },
  { text: 'The workshop', items: [
    { text: 'How it goes', link: '/workshop/' },
    ...exercise.map(({ title, link }) => ({ text: title, link })),
    { text: 'Teaching it', link: '/workshop/TEACHING' },
    { text: 'Adding an exercise', link: '/workshop/CONTRIBUTING' }] },
  { text: 'Keep going', items: more },
]

export const sidebar = { '/workshop/': all(exercises), '/': all([]) }
