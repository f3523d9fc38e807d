// What a chapter's diff blocks do to the reader's file, one after the other.

/** The places of a diff block: the parts between its lines @@, with their changes. */
export function placesOf(content) {
  return content.replace(/\n$/, '').split(/^@@.*\n?/m).filter(Boolean).map((part) => {
    const lines = part.replace(/\n$/, '').split('\n')
      .map((line) => ({ kind: { '+': 'a', '-': 'r' }[line[0]] ?? 'c', text: line.slice(1) }))
    return { lines, words: words(lines) }
  })
}

/** The ranges that differ inside of lines which replace each other: line, from, to. */
function words(lines) {
  const ranges = []
  for (let i = 0; i < lines.length; i++) {
    const removed = run(lines, i, 'r')
    const added = run(lines, i + removed, 'a')
    if (removed && removed === added) {
      for (let k = i; k < i + removed; k++) {
        const [before, after] = [lines[k].text, lines[k + removed].text]
        const common = (a, b) => [...a].findIndex((c, at) => c !== b[at])
        let start = common(before, after)
        if (start < 0) start = before.length
        let end = 0
        while (end < Math.min(before.length, after.length) - start && before.at(-1 - end) === after.at(-1 - end)) end++
        // Only if most of the line is the same: else the marks say nothing.
        if (start + end > 0.5 * Math.max(before.trim().length, after.trim().length) + before.search(/\S|$/)) {
          ranges.push([k, start, before.length - end], [k + removed, start, after.length - end])
        }
      }
    }
    i += Math.max(removed + added - 1, 0)
  }
  return ranges.filter(([, from, to]) => from < to)
}

function run(lines, from, kind) {
  let n = 0
  while (lines[from + n]?.kind === kind) n++
  return n
}

/**
 * Types a block into the file. The result has the file's lines, each with the mark whether
 * this block brought it, and for each place the line where it is and what to do there;
 * null if a place is not found, or found twice.
 */
export function type(file, places) {
  const text = file.map((line) => line.text)
  let result = text.map((line) => ({ text: line, isNew: false }))
  const at = []
  for (const { lines } of places) {
    const old = lines.filter(({ kind }) => kind !== 'a').map((line) => line.text)
    const found = []
    for (let i = 0; i + old.length <= result.length; i++) {
      if (old.every((line, k) => result[i + k].text === line)) found.push(i)
    }
    if (found.length !== 1 && !(old.length === 0 && result.length === 0)) {
      return null
    }
    const from = found[0] ?? 0
    let i = from
    const fresh = []
    for (const { kind, text: line } of lines) {
      if (kind === 'a') {
        fresh.push({ text: line, isNew: true })
      } else {
        if (kind === 'c') fresh.push(result[i])
        i++
      }
    }
    const first = lines.findIndex(({ kind }) => kind !== 'c')
    at.push(from + lines.slice(0, first).filter(({ kind }) => kind !== 'r').length)
    result = [...result.slice(0, from), ...fresh, ...result.slice(i)]
  }
  return { lines: result, places: places.map((place, i) => ({ line: at[i] + 1, ...describe(place, result, at[i]) })) }
}

/** Where in the class it is, and what is to be done there. */
function describe({ lines }, file, at) {
  const count = (kind) => lines.filter((line) => line.kind === kind).length
  const [added, removed] = [count('a'), count('r')]
  const first = lines.find(({ kind }) => kind !== 'c').text
  const some = (n) => `${n} ${n === 1 ? 'line' : 'lines'}`
  return {
    where: file.every(({ isNew }) => isNew) ? 'an empty file'
      : /^import /.test(first) ? 'the imports'
        : first.startsWith('    ') ? memberAt(file, at, first) : 'the class',
    what: !removed ? `add ${some(added)}` : !added ? `take out ${some(removed)}`
      : removed === added ? `replace ${some(removed)}` : `replace ${some(removed)} with ${added}`,
  }
}

/** The method or class around a line: the nearest declaration that is less indented. */
function memberAt(file, at, text) {
  let indent = text.search(/\S|$/)
  for (let i = at - 1; i >= 0 && indent > 0; i--) {
    const line = file[i].text
    if (line.trim() && line.search(/\S/) < indent) {
      indent = line.search(/\S/)
      const name = line.match(/^\s*(?:(?:public|private|static|final|synchronized) )+(?:class (\w+)|(?:[\w<>\[\], ]+ )?(\w+)\()/)
      if (name) {
        return name[1] ?? name[2]
      }
    }
  }
  return 'Server'
}
