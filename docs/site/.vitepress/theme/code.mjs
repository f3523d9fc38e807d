import { nextTick, ref } from 'vue'

/** How the chapters show the code: as changes, or in the whole file of the step. */
export const whole = ref(false)

/** Switches, and keeps the element where it is on the screen. */
export async function show(file, element) {
  const before = element.getBoundingClientRect().top
  whole.value = file
  await nextTick()
  scrollBy({ top: element.getBoundingClientRect().top - before, behavior: 'instant' })
}
