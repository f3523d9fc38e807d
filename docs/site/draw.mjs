// Draws docs/pictures: those that nobody recorded. Run: npm run draw
import { writeFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { fileURLToPath } from 'node:url'

const width = 440 // so that 13 px are still 10 on a phone
const style = `<style>
.drawing { --paper: #ffffff; --ink: #1f2328; --soft: #59636e; --line: #c4ccd4; --ready: #0b5c73; --deed: #8a4600; --client: #fdeedd; --sleep: #e8ecf0; --work: #c9e8f1; --bad: #a40e26; }
@media (prefers-color-scheme: dark) {
.drawing { --paper: #202127; --ink: #e6e6ea; --soft: #a9a9b2; --line: #4b4b55; --ready: #7cc7dd; --deed: #f0b072; --client: #40301f; --sleep: #2e3038; --work: #1d4a5a; --bad: #ff9a92; }
}
.drawing .paper { fill: var(--paper); stroke: var(--line); }
.drawing text { font: 13px system-ui, "DejaVu Sans", sans-serif; fill: var(--ink); text-anchor: middle; }
.drawing .left { text-anchor: start; }
.drawing .right { text-anchor: end; }
.drawing .code { font-family: ui-monospace, Menlo, Consolas, "DejaVu Sans Mono", monospace; font-size: 12.5px; }
.drawing .head { font-weight: bold; }
.drawing .say { fill: var(--soft); }
.drawing .deed { fill: var(--deed); }
.drawing .ready { fill: var(--ready); }
.drawing .bad { fill: var(--bad); }
.drawing rect { stroke: var(--line); fill: none; }
.drawing rect.client { fill: var(--client); stroke: var(--deed); }
.drawing rect.kernel { fill: var(--sleep); }
.drawing rect.loop { fill: var(--work); stroke: var(--ready); }
.drawing path { fill: none; stroke: var(--soft); stroke-width: 1.5; }
.drawing path.deed { stroke: var(--deed); fill: none; }
.drawing path.ready { stroke: var(--ready); fill: none; }
.drawing path.bad { stroke: var(--bad); fill: none; }
.drawing path.life { stroke: var(--line); stroke-dasharray: 3 3; }
.drawing path.tip { stroke: none; fill: var(--soft); }
.drawing path.tip.deed { fill: var(--deed); }
.drawing path.tip.ready { fill: var(--ready); }
.drawing path.tip.bad { fill: var(--bad); }
</style>`

const escape = (text) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;')
const text = (x, y, words, kind = '') => `<text class="${kind}" x="${x}" y="${y}">${escape(words)}</text>`
const rect = (x, y, w, h, kind = '', rx = 4) => `<rect class="${kind}" x="${x}" y="${y}" width="${w}" height="${h}" rx="${rx}"/>`

/** A box with lines in its middle; a line with brackets in it is code. */
const box = (x, y, w, h, kind, ...lines) => [rect(x, y, w, h, kind, 6), ...lines.map((line, i) =>
  text(x + w / 2, y + h / 2 + 5 + (i - (lines.length - 1) / 2) * 18, line,
    /[()]|OP_/.test(line) && !/ [a-z]+ /.test(line) ? 'code' : i ? 'say' : ''))]

/** An arrow through points, its last stretch straight; and its words. */
function arrow(points, kind = '', words = '', at = null, side = '') {
  const [[x0, y0], [x, y]] = points.slice(-2)
  const long = Math.hypot(x - x0, y - y0)
  const [dx, dy] = [(x - x0) / long, (y - y0) / long]
  const tip = [x - 8 * dx, y - 8 * dy]
  const line = points.slice(0, -1).concat([tip]).map(([a, b], i) => `${i ? 'L' : 'M'}${+a.toFixed(1)} ${+b.toFixed(1)}`).join('')
  const [wx, wy] = at ?? [(points[0][0] + x) / 2, (points[0][1] + y) / 2 - 6]
  return [`<path class="${kind}" d="${line}"/>`,
    `<path class="tip ${kind}" d="M${+x.toFixed(1)} ${+y.toFixed(1)}L${+(tip[0] + 4 * dy).toFixed(1)} ${+(tip[1] - 4 * dx).toFixed(1)}L${+(tip[0] - 4 * dy).toFixed(1)} ${+(tip[1] + 4 * dx).toFixed(1)}z"/>`,
    ...(words ? words.split('\n').map((line, i) => text(wx, wy + i * 16, line, `${kind} ${side}`)) : [])]
}

/** Lanes, and what goes between them as time goes down: [from, to, words, kind] or [lane, words] or ['gap']. */
function sequence(lanes, events) {
  const at = [64, 220, 376]
  const kinds = { client: 'client', kernel: 'kernel' }
  const parts = []
  let y = 62
  for (const [a, b, words, kind = ''] of events) {
    if (typeof b === 'string') {
      const lines = b.split('\n')
      const wide = Math.max(...lines.map((line) => line.length)) * 6.6 + 16
      const x = Math.min(Math.max(at[a] - wide / 2, 6), width - 6 - wide)
      parts.push(rect(x, y - 12, wide, lines.length * 17 + 6, 'kernel'),
        ...lines.map((line, i) => text(x + wide / 2, y + 3 + i * 17, line, words ?? 'say')))
      y += lines.length * 17 + 18
    } else {
      y += 8
      parts.push(...arrow([[at[a] + (b > a ? 6 : -6), y], [at[b] + (b > a ? -6 : 6), y]], kind, words))
      y += 24
    }
  }
  return [y, ...lanes.flatMap((lane, i) => [
    `<path class="life" d="M${at[i]} 40V${y - 6}"/>`,
    rect(at[i] - 60, 12, 120, 26, kinds[lane.split("'")[0].split(' ')[0]] ?? 'loop', 6), text(at[i], 30, lane, 'head')]), ...parts]
}

const pictures = {
  loop: ['The loop', 252, [
    rect(112, 14, 116, 224, 'kernel', 8), text(170, 34, 'kernel', 'head'),
    ...['A', 'B', 'C'].flatMap((name, i) => [
      box(10, 56 + i * 60, 64, 40, 'client', name),
      arrow([[74, 76 + i * 60], [122, 76 + i * 60]], 'deed')]).flat(),
    box(122, 54, 96, 44, 'loop', 'new client', 'ready'),
    box(122, 114, 96, 44, '', 'nothing yet'),
    box(122, 174, 96, 44, 'loop', '6 bytes', 'ready'),
    text(42, 34, 'clients', 'head deed'), text(351, 34, 'your thread', 'head ready'),
    box(272, 50, 158, 62, 'loop', 'select()', 'sleeps till one is ready'),
    box(272, 156, 158, 62, 'loop', 'handle(key)', 'for each ready one'),
    arrow([[228, 81], [272, 81]], 'ready'),
    arrow([[400, 112], [400, 156]], 'ready'), arrow([[302, 156], [302, 112]], 'ready'),
    text(351, 139, 'and again', 'ready'),
    arrow([[272, 187], [228, 187]], ''), text(351, 240, 'accept, read, write', 'say'),
  ]],
  'level-triggered': ['Level-triggered', 190, [
    text(42, 30, 'client', 'head deed'), rect(112, 12, 176, 166, 'kernel', 8), text(200, 32, 'kernel', 'head'),
    box(10, 56, 64, 44, 'client', 'A'), arrow([[74, 78], [126, 78]], 'deed'), text(42, 118, 'connects', 'deed'),
    rect(126, 56, 148, 44, '', 6), box(230, 62, 38, 32, 'client', 'A'), text(180, 83, 'backlog'),
    text(366, 30, 'your loop', 'head ready'),
    box(308, 56, 122, 44, 'loop', 'select()'), arrow([[274, 78], [308, 78]], 'ready'),
    text(200, 124, 'not empty: ready,', 'ready'), text(200, 142, 'and reported', 'ready'), text(200, 160, 'again and again', 'ready'),
    box(308, 122, 122, 44, 'loop', 'accept()', 'takes one out'), arrow([[308, 144], [276, 144], [276, 100]].slice(0), ''),
  ]],
  'one-read': ['One read for each client and turn', 256, [
    text(30, 34, 'turn', 'head'), text(148, 34, 'waits from A', 'head deed'), text(268, 34, 'from B', 'head deed'), text(366, 34, 'the loop reads', 'head ready'),
    ...[[1, [16, 24], 1, ['16 KiB of A,', '6 bytes of B']], [2, [16, 8], 0, ['16 KiB of A']], [3, [8, 0], 0, ['8 KiB of A']]].flatMap(([turn, [now, rest], b, does], i) => {
      const y = 52 + i * 64
      return [text(30, y + 26, `${turn}`), rect(66, y, 164, 40, 'kernel'), rect(68, y + 4, now * 4, 32, 'loop'), text(68 + now * 2, y + 25, `${now} K`),
        ...(rest ? [rect(68 + now * 4, y + 4, rest * 4, 32, 'client'), text(68 + now * 4 + rest * 2, y + 25, `${rest} K`)] : []),
        rect(244, y, 48, 40, 'kernel'), ...(b ? [rect(246, y + 4, 22, 32, 'loop'), text(257, y + 25, '6')] : [text(268, y + 25, 'none', 'say')]),
        ...does.map((line, k) => text(366, y + 25 + (k - (does.length - 1) / 2) * 18, line, 'ready'))]
    }),
    text(220, 246, 'Blue goes in this turn; the rest keeps A ready for the next one.', 'say'),
  ]],
  'life-reading': ['The life of a connection, step 3', 156, [
    box(8, 76, 96, 50, 'kernel', 'queued', 'by the kernel'), box(170, 76, 106, 50, 'loop', 'registered', 'OP_READ'), box(358, 76, 74, 50, '', 'closed'),
    arrow([[104, 101], [170, 101]], 'ready', 'accept()'), arrow([[276, 101], [358, 101]], 'ready', 'read() = −1', [317, 93]),
    text(317, 119, 'or it fails', 'ready'), arrow([[246, 76], [246, 44], [200, 44], [200, 76]], 'ready', 'read() = n bytes', [223, 34]),
  ]],
  'life-answering': ['The life of a connection, step 4', 372, [
    box(130, 14, 170, 50, 'loop', 'reading', 'OP_READ'), box(130, 120, 170, 50, 'loop', 'owes a reply', 'OP_WRITE'),
    box(130, 226, 170, 50, 'loop', 'answered', 'OP_READ'), box(130, 322, 170, 38, '', 'closed'),
    arrow([[215, 64], [215, 120]], 'ready', 'n bytes have come', [225, 96], 'left'),
    arrow([[215, 170], [215, 226]], 'ready', 'all was taken:\nshutdownOutput()', [225, 194], 'left'),
    arrow([[215, 276], [215, 322]], 'ready', 'read() = −1', [225, 304], 'left'),
    arrow([[130, 39], [60, 39], [60, 341], [130, 341]], 'ready', 'read()\n= −1', [32, 190]),
    arrow([[300, 132], [340, 132], [340, 158], [300, 158]], 'ready', 'a part\nwas taken', [350, 142], 'left'),
    arrow([[300, 238], [340, 238], [340, 264], [300, 264]], 'ready', 'n bytes:\ndropped', [350, 248], 'left'),
  ]],
  owed: ['What is owed', 176, [
    text(12, 28, 'responses, one after the other in one buffer', 'left head'),
    ...[0, 1, 2, 3].flatMap((i) => [rect(12 + i * 104, 44, 104, 46, i === 3 ? 'loop' : 'kernel', 0), i === 2 ? '' : text(64 + i * 104, 72, i === 3 ? '93 bytes' : i ? '93 bytes' : '… 93 bytes')]),
    rect(272, 44, 52, 46, 'loop', 0), text(246, 72, '47'), text(298, 72, '46'),
    arrow([[272, 132], [272, 92]], 'ready'), text(262, 118, 'position =', 'code ready right'), text(262, 134, 'capacity − owed', 'code ready right'),
    arrow([[428, 132], [428, 92]], ''), text(424, 148, 'capacity', 'code right'),
    '<path class="ready" d="M274 100v6H426v-6"/>', text(350, 122, 'owed: 139', 'ready'),
    text(220, 170, '139 = the end of one response (46 bytes) and a whole one (93)', 'say'),
  ]],
  buffer: ['Position and limit of a buffer', 316, [
    ...[['buffer.clear()', 'all of it is free', 0, 16, 0], ['client.read(buffer) = 6', '6 bytes came in', 6, 16, 6],
      ['buffer.flip()', 'what came is there to be taken out', 0, 6, 6], ['buffer.get()', 'one byte is out, 5 remain', 1, 6, 6]].flatMap(([call, words, position, limit, full], i) => {
      const y = 14 + i * 74
      const x = (cell) => 20 + cell * 25
      return [text(20, y + 12, call, 'left code'), text(420, y + 12, words, 'say right'),
        ...Array.from({ length: 16 }, (_, k) => rect(x(k), y + 20, 25, 20, k < full ? 'loop' : 'kernel', 0)),
        ...arrow([[x(position), y + 56], [x(position), y + 42]], 'ready'), text(x(position) + 5, y + 56, 'position', 'left ready'),
        ...arrow([[x(limit), y + 56], [x(limit), y + 42]], 'deed'), text(x(limit) + (limit > 12 ? -5 : 5), y + 56, 'limit', limit > 12 ? 'deed right' : 'deed left')]
    }),
  ]],
  'mute-and-rest': ['Mute, rest, listen again', 340, [
    box(130, 14, 180, 50, 'loop', 'select()', 'the listener is ready'), box(130, 104, 180, 50, 'kernel', 'muted', 'interestOps(0)'),
    box(130, 190, 180, 50, 'loop', 'accept()'), box(130, 280, 180, 50, 'kernel', 'still muted: select()', 'for at most 100 ms'),
    arrow([[220, 64], [220, 104]]), arrow([[220, 154], [220, 190]]), arrow([[220, 240], [220, 280]], 'bad', 'too many open files', [230, 265], 'left'),
    arrow([[310, 215], [372, 215], [372, 39], [310, 39]], 'ready'), text(378, 230, 'listen again', 'ready'), text(378, 246, 'at once', 'ready'),
    arrow([[130, 305], [64, 305], [64, 39], [130, 39]], 'ready'), text(64, 322, 'listen again', 'ready'), text(58, 164, 'clients', 'say right'), text(58, 180, 'go', 'say right'),
  ]],
  'whole-turn': ['One turn of the loop', ...sequenced(['client', 'kernel', 'your loop'], [
    [2, 1, 'select()'], [2, 'sleeps'], [0, 1, 'connects', 'deed'], [1, 'in the backlog'], [1, 2, 'listener is ready', 'ready'],
    [2, 1, 'accept()'], [1, 2, 'a SocketChannel', 'ready'], [2, 1, 'close()'], [1, 0, 'end of stream', 'deed'], [2, 1, 'select()'], [2, 'sleeps']])],
  'partial-write': ['A partial write', ...sequenced(['client', 'kernel', 'your loop'], [
    [2, 1, 'write: 100 KiB'], [1, 2, '60 taken', 'ready'], [2, '40 KiB are owed:\ninterest OP_WRITE', 'ready'], [2, 1, 'select()'], [1, 'send buffer: full'],
    [1, 0, 'the 60 KiB', 'deed'], [0, 1, 'received', 'deed'], [1, 'send buffer: room'], [1, 2, 'writable', 'ready'], [2, 1, 'write: 40 KiB'], [1, 2, '40 taken', 'ready'],
    [2, 'nothing is owed:\ninterest OP_READ', 'ready']])],
  'reset-destroys': ['A reset costs a reply', ...sequenced(['client', 'kernel', 'server'], [
    [0, 1, '16 MB', 'deed'], [1, 2, 'read: 16 KiB', 'ready'], [2, 1, 'write: the reply'], [1, 0, 'the reply', 'deed'],
    [2, 1, 'close()'], [1, 'there is unread input:\nno orderly end', 'bad'], [1, 0, 'reset', 'bad'],
    [0, 1, 'write: fails', 'bad'], [0, 'gives up, and never\nreads the reply', 'bad']])],
}

function sequenced(lanes, events) {
  const [height, ...parts] = sequence(lanes, events)
  return [height + 4, parts]
}

export function draw(name) {
  const [title, height, parts] = pictures[name]
  return `<svg xmlns="http://www.w3.org/2000/svg" class="drawing" viewBox="0 0 ${width} ${height}" role="img">
<title>${title}</title>
${style}
<rect class="paper" x="0.5" y="0.5" width="${width - 1}" height="${height - 1}" rx="8"/>
${parts.flat(3).filter(Boolean).join('\n')}
</svg>
`
}

export const names = Object.keys(pictures)

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const folder = resolve(fileURLToPath(import.meta.url), '../../pictures')
  names.forEach((name) => writeFileSync(resolve(folder, `${name}.svg`), draw(name)))
}
