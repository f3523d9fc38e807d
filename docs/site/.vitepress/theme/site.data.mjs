import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { chapters, exercises } from '../pages.mjs'
import { picture } from '../markdown.mjs'
import { canPlay } from '../play.mjs'
import { repository, root, site } from '../repository.mjs'

const books = [{ name: 'tcp-server-in-java.epub', text: 'EPUB' }, { name: 'tcp-server-in-java.pdf', text: 'PDF' },
  { name: 'tcp-server-course.zip', text: 'this site as a ZIP that opens without a network' }]

export default {
  watch: [resolve(root, 'docs/pictures/loop.svg')],
  load: () => ({
    chapters: chapters.map(({ name, title, minutes, idea, learn, link }) => ({ name, title, minutes, idea, learn, link })),
    exercises: exercises.map(({ title, link, minutes }) => ({ title, link, minutes })),
    loop: picture('docs/pictures/loop.svg'),
    book: books.filter(({ name }) => existsSync(resolve(site, 'target/book', name))),
    canPlay,
    clone: repository?.url ?? '',
  }),
}
