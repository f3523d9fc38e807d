// Which system call of a recording belongs to which Java line and which arrow of its picture.

/** The calls of a page's recording: text, and the line of the Java file behind it. */
export function callsOf(page, file) {
  const recording = page.match(/^```console title="kernel"\n([^]*?)```/m)?.[1] ?? ''
  const lines = file.split('\n')
  const find = (part) => lines.findIndex((line) => line.includes(part)) + 1
  const calls = recording.trim().split('\n').filter((line) => !line.startsWith('$'))
  return calls.map((text, i) => {
    const [, name, channel] = text.match(/^(\w+)\((\w*)/) ?? []
    const printed = text.match(/^write\(stdout, "(\w+)/)?.[1]
    const java = printed ? `println("${printed}` : {
      listen: 'listener.bind(', fcntl: `${channel}.configureBlocking(`, epoll_ctl: 'selector.select(',
      epoll_wait: 'selector.select(', accept: 'listener.accept(', read: 'client.read(', write: 'client.write(',
      setsockopt: 'client.setOption(', close: 'client.close(',
      shutdown: calls[i - 1]?.startsWith('write(') ? 'client.shutdownOutput(' : 'client.close(',
    }[name]
    return { text, name, printed, line: java ? find(java) : 0 }
  })
}

/** The picture with the numbers of the calls at its arrows and words, in their order. */
export function linkPicture(svg, calls) {
  const parts = svg.split('\n')
  const words = (i) => parts[i].match(/<text class="(?:label|print)[^"]*"[^>]*>([^<]*)/)?.[1]
  const fits = ({ name, printed }, label) => printed ? label.startsWith('prints')
    : name === 'fcntl' ? label.includes('O_NONBLOCK') : label.startsWith(name) || name === 'setsockopt' && label.includes('NODELAY')
  const mark = (i, call) => {
    for (const k of [i - 1, i]) {
      if (/^<(path|text|rect)/.test(parts[k])) {
        parts[k] = parts[k].replaceAll(/<(path|text|rect) /g, `<$1 data-calls="${call}" `)
      }
    }
  }
  let at = 0
  calls.forEach((call, number) => {
    for (let i = at; i < parts.length; i++) {
      const label = words(i)
      if (label && fits(call, label)) {
        mark(i, number)
        at = i + 1
        if (call.name === 'epoll_wait') { // and what it returned, up to the next call
          for (let k = at; k < parts.length && !(words(k) && fits(calls[number + 1] ?? {}, words(k))); k++) {
            if (/class="label ready"/.test(parts[k])) mark(k, number)
          }
        }
        break
      }
    }
  })
  return parts.join('\n')
}
