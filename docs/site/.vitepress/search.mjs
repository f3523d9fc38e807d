// The search of the site: VitePress' own, with the words that people type.
const synonyms = {
  'Back-pressure': 'backpressure flow control slow reader slow client',
  'Write interest': 'OP_WRITE writable isWritable',
  'Piece 5: a start that fails': 'BindException address already in use port taken EADDRINUSE',
  'Half-close': 'shutdownOutput halfclose FIN',
  'Reset': 'RST "Connection reset by peer" "Broken pipe" ECONNRESET EPIPE',
  'End of stream': 'EOF FIN -1',
  'Descriptor': 'fd file descriptor ulimit EMFILE "Too many open files"',
  'Partial write': 'short write',
}

// Works on the server and, as text, in the browser: it may use nothing around it.
// A_B and a-b count as one word, and a-b also as a and b.
function tokenize(text) {
  const words = text.match(/[\p{L}\p{N}_]+(?:-[\p{L}\p{N}_]+)*/gu) ?? []
  return words.flatMap((word) => word.includes('-')
    ? [...word.split('-'), word.replaceAll('-', '')] : [word])
}

export const search = {
  provider: 'local',
  options: {
    miniSearch: {
      options: { tokenize },
      searchOptions: { combineWith: 'AND', boost: { title: 6, text: 2, titles: 1 } },
    },
    // The text alone: not what is there for those who look at the page, and for headings
    // that people look for by another name, that name as well.
    _render(text, env, md) {
      const html = md.render(text, Object.assign(env, { search: true }))
      return html.replace(/<h\d id="[^"]*"[^>]*>([^<]*)<a[^>]*>.*?<\/a><\/h\d>/g, (heading, title) => {
        const words = synonyms[title.trim()]
        return words ? `${heading}<p>${words}</p>` : heading
      })
    },
  },
}
