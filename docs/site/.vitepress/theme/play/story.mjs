// The text of a story, as the explorer in tcp.simulation prints and reads it: actions, with
// semicolons or line ends between them.

const ACTION = /(?:[^;\n"]|"(?:\\.|[^"\\])*"?)+/g
const BYTE = /\\x[0-9a-f]{2}|\\[rnt"\\]|\\|[^\\]/giu

export const actionsOf = (text) => (text.match(ACTION) ?? []).map((one) => one.trim()).filter(Boolean)

/** What a reader has typed, \r\n for example, as bytes in the way a story writes them. */
export function bytesOf(typed) {
  const bytes = typed.match(BYTE) ?? []
  if (bytes.includes('\\')) {
    throw new Error('After a \\ comes r, n, t, ", another \\, or x and two hex digits.')
  }
  return bytes.flatMap((one) => one === '"' ? ['\\"'] : /^[ -~]+$/.test(one) ? [one.replace(/^\\x../i, (x) => x.toLowerCase())]
    : [...new TextEncoder().encode(one)].map((b) => `\\x${b.toString(16).padStart(2, '0')}`))
}

/** Bytes, one char each, as a story writes them. */
export function escaped(bytes) {
  const known = { '\r': '\\r', '\n': '\\n', '\t': '\\t', '\\': '\\\\', '"': '\\"' }
  return bytes.replace(/[^ !#-[\]-~]/g, (c) => known[c] ?? `\\x${c.charCodeAt(0).toString(16).padStart(2, '0')}`)
}

/** How far each client of a story has come: its name, and open, half, gone; and whether it reads. */
export function clientsOf(actions) {
  const clients = {}
  for (const action of actions) {
    const [, name, what] = action.match(/^([A-Z]+) (connects|half-closes|closes|resets|stops reading|reads on)/) ?? []
    if (what === 'connects') clients[name] = { stage: 'open', reading: true }
    if (!clients[name]) continue
    if (what === 'half-closes') clients[name].stage = 'half'
    if (/^(closes|resets)/.test(what)) clients[name].stage = 'gone'
    if (/reading|reads/.test(what)) clients[name].reading = what === 'reads on'
  }
  return clients
}

/** The address of the page where this can be played. */
export function addressOf(page, { servers, story, puzzle }) {
  const [server, beside] = servers ?? []
  const parts = puzzle ? { puzzle, story } : { server, beside, story }
  return `${page}#${Object.entries(parts).filter(([, text]) => text)
    .map(([name, text]) => `${name}=${encodeURIComponent(text)}`).join('&')}`
}

export function fromHash(hash) {
  return Object.fromEntries(hash.replace(/^#/, '').split('&').map((part) => part.split('='))
    .filter(([, text]) => text).map(([name, text]) => [name, decode(text)]))
}

function decode(text) {
  try {
    return decodeURIComponent(text)
  } catch {
    return '' // cut off, or made by hand
  }
}
