import { nextTick, ref, watch } from 'vue'

/** How the chapters show the code: as changes, or the file as it is after each piece. */
export const whole = ref(false)

/** Switches, and keeps the element where it is on the screen. */
export async function show(file, element) {
  const before = element.getBoundingClientRect().top
  whole.value = file
  remember('whole', file)
  await nextTick()
  scrollBy({ top: element.getBoundingClientRect().top - before, behavior: 'instant' })
}

/** The pages that this browser's reader has done: chapters and exercises. */
export const done = ref([])

/** Takes up what is remembered. Not before the page has become Vue's: until then it must be as it was built. */
export function recall() {
  whole.value = recalled('whole') ?? false
  done.value = recalled('done') ?? []
  watch(done, (pages) => remember('done', pages))
}

/** What this browser has kept under a name; null: nothing. */
export function recalled(name) {
  try {
    return JSON.parse(localStorage.getItem(`course-${name}`))
  } catch {
    return null // no storage, or something that others put there
  }
}

export function remember(name, value) {
  try {
    localStorage.setItem(`course-${name}`, JSON.stringify(value))
  } catch {
    // It lasts as long as the page, then.
  }
}

const files = new Map()

/** The files of a chapter, after each of its pieces: asked for when first wanted. */
export function filesOf(address) {
  if (!files.has(address)) {
    files.set(address, fetch(address).then((response) => response.json()))
  }
  return files.get(address)
}
