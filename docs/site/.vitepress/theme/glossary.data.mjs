import { glossary } from '../glossary.mjs'

export default {
  watch: ['../../../*.md'],
  load: () => Object.fromEntries(Object.entries(glossary('/'))
    .map(([id, { title, text }]) => [id, { title, text }])),
}
