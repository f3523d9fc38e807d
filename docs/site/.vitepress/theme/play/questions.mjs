// Questions of the chapters that a run can answer. The answer is read from the run itself.

const times = (trace, pattern) => String(trace.filter(({ k, text }) => k !== 'action' && pattern.test(text ?? '')).length)
const client = (trace, name) => trace.at(-1).world.clients[name]
const request = (line, rest = '') => `${line} / HTTP/1.1\\r\\n${rest}\\r\\n`

export const questions = {
  'step1-second': {
    server: 'step1', story: 'A connects; B connects',
    question: 'A waits in the queue, and B connects too. Nobody accepts either. What does B notice?',
    options: ['it is refused', 'nothing: it is connected, and waits'],
    answer: (trace) => trace.at(-1).world.backlog.includes('B') && !client(trace, 'B').end ? 'nothing: it is connected, and waits' : 'it is refused',
  },
  'step2-three': {
    server: 'step2', story: 'A connects; B connects at once; C connects at once',
    question: 'Three clients connect in the same moment. How often does select() return?',
    options: ['1', '2', '3'],
    answer: (trace) => times(trace, /^select = [1-9]/),
  },
  'step2-unread': {
    server: 'step2', story: `A connects; A sends "${request('GET')}" at once`,
    question: 'A connects and sends a request at once. The server never reads, and closes. What does A see?',
    options: ['end of stream', 'reset'],
    answer: (trace) => client(trace, 'A').end,
  },
  'step3-lines': {
    server: 'step3', story: 'A connects; A sends "x" 40000 times',
    question: 'A client sends 40,000 bytes in one go. How many lines “Read … bytes” does the server print?',
    options: ['1', '2', '3', '40,000'],
    answer: (trace) => times(trace, /^Read /),
  },
  'step4-lines': {
    server: 'step4', story: 'A connects; A sends "x" 40000 times',
    question: 'A client sends 40,000 bytes in one go. How many lines “Read … bytes” does this server print?',
    options: ['1', '2', '3', '40,000'],
    answer: (trace) => times(trace, /^Read /),
  },
  'step5-body': {
    server: 'step5', story: `A connects; A sends "${request('POST', 'Content-Length: 4\\r\\n')}\\r\\n\\r\\n"`,
    question: 'A POST has a body of four bytes, and they happen to be \\r\\n\\r\\n. How many answers does the client get?',
    options: ['0', '1', '2'],
    answer: (trace) => String(client(trace, 'A').got.split('200 OK').length - 1),
  },
}
