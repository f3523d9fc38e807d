// Pointing: with the mouse, with a finger, or with the keyboard. A browser also tells of an element
// that comes to lie under a mouse at rest, because the page was scrolled; it does so with
// `pointerenter`, never with `pointermove`, so that is not listened to.

/** The listeners that point at something of a pane, and stop doing so. */
export const lights = (emit, what) => ({
  pointermove: () => emit('light', what),
  pointerdown: () => emit('light', what),
  pointerleave: () => emit('light'),
  focus: () => emit('light', what, true),
  blur: () => emit('light', null, true),
})
