import { resolve } from 'node:path'
import { chapters, exercises } from '../pages.mjs'
import { picture } from '../markdown.mjs'
import { repository, root } from '../repository.mjs'

export default {
  watch: [resolve(root, 'docs/pictures/loop.svg')],
  load: () => ({
    chapters: chapters.map(({ name, title, minutes, idea, learn, link }) => ({ name, title, minutes, idea, learn, link })),
    exercises: exercises.map(({ title, link, minutes }) => ({ title, link, minutes })),
    loop: picture('docs/pictures/loop.svg'),
    clone: repository?.url ?? '',
  }),
}
