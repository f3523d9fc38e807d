// What the engine says that happened, made ready for the page: pure functions on a list of events.

const nothing = { backlog: [], descriptors: {}, conns: {}, keys: [], clients: {}, now: 0 }

/**
 * Each event with what holds when it has happened: the world, the line, the action, and the calls since,
 * as "at call 3" counts them. The events that the engine has skipped are those known from before.
 */
export function prepare({ events = [], skipped = 0, outcome = [], error }, known = []) {
  const trace = known.slice(0, skipped)
  let { world = nothing, at: line = null, action = -1, calls = 0 } = trace.at(-1) ?? {}
  for (const event of events) {
    world = event.s ?? world
    if (event.k === 'line') line = { ...event, fields: event.fields ?? line?.fields }
    if (event.k === 'action') [action, calls] = [event.i, 0]
    calls = event.n ?? calls
    trace.push({ ...event, world, at: line, action, calls })
  }
  return Object.assign(trace, { outcome, error })
}

const CHOICE = /^(the next|setOption|buffers|(\d+ )?descriptors)/ // of the network, for later
const ENDS = ['sleep', 'spin', 'throw', 'end', 'cut']
const stopsAt = {
  line: ({ k }) => k !== 'print',
  call: ({ k }) => k !== 'print' && k !== 'line',
  sleep: ({ k }) => ENDS.includes(k),
}

/**
 * The places where one can stop, each as an index into every trace: -1 before all. Servers side
 * by side wait for each other before the next action.
 */
export function stopsOf(traces, mode, atActions) {
  let now = traces.map(() => -1)
  const stops = [now]
  const move = (next) => {
    const moved = next.some((at, k) => at !== now[k])
    if (moved) now = next
    return moved
  }
  for (;;) {
    if (move(traces.map((trace, k) => beforeAction(trace, now[k], stopsAt[mode])))) {
      stops.push(now)
    } else if (move(intoAction(traces, now))) {
      if (mode !== 'sleep' || atActions) stops.push(now)
    } else {
      return stops.at(-1) === now ? stops : [...stops, now]
    }
  }
}

function beforeAction(trace, from, stops) {
  for (let i = from + 1; i < trace.length && trace[i].k !== 'action'; i++) {
    if (stops(trace[i])) return i
  }
  return from
}

/** The next action, with those that come at once with it in all of the servers. */
function intoAction(traces, now) {
  const find = (trace, from, is) => {
    for (let i = from + 1; i < trace.length; i++) if (trace[i].k === 'action' && is(trace[i])) return i
    return -1
  }
  const reached = traces.map((trace, k) => {
    let i = find(trace, now[k], () => true)
    while (i >= 0 && trace[i + 1]?.k === 'action') i++
    return i < 0 ? Infinity : trace[i].i
  })
  const action = Math.min(...reached)
  return traces.map((trace, k) => Math.max(now[k], find(trace, now[k], ({ i }) => i === action)))
}

/** The last of the stops that is not behind these places. */
export const indexOf = (stops, now) => Math.max(0, stops.findLastIndex((stop) => stop.every((at, k) => at <= now[k])))

/** How a story goes on from here: how many of its actions stay, and when the next one happens. */
export function momentOf(trace, at) {
  const event = trace[at]
  if (!event || event.action < 0) return { keep: 0, when: '' }
  const keep = event.action + 1
  if (event.k === 'action') return { keep, when: (trace[at + 1]?.k ?? 'action') === 'action' ? '' : ' at once' } // or it slept on
  const next = trace.slice(at + 1).findIndex(({ k }) => k === 'action')
  const rest = trace.slice(at + 1, next < 0 ? undefined : at + 1 + next)
  return { keep, when: rest.some(({ n }) => n > event.calls) ? ` at call ${event.calls + 1}` : '' }
}

/** What a call works on, by the names that the panes give their parts. */
export function partsOf({ text, world }) {
  const [, call, of] = text.match(/^(\w+)(?:\((\w+))?/) ?? []
  return {
    accept: ['backlog'], read: [`${of} in`], write: [`${of} out`], shutdownOutput: [`${of} out`],
    close: [`${of} in`, `${of} out`], register: [`key ${of}`], interestOps: [`key ${of}`],
    select: world.keys.filter(({ ready }) => ready?.length).map((key) => `key ${key.of}`),
  }[call] ?? []
}

/** The keys that the first select() after this action reports; none: the server sleeps on. */
export function readyAfter(trace, at) {
  for (let i = at + 1; i < trace.length && trace[i].k !== 'action'; i++) {
    if (/^select = /.test(trace[i].text ?? '')) {
      return { at: i, keys: trace[i].world.keys.filter(({ ready }) => ready?.length).map(({ of }) => of) }
    }
    if (trace[i].k === 'call') return null // it was not asleep
    if (trace[i].k === 'sleep') return { at: i, keys: [] }
  }
  return null
}

/**
 * In what two servers differ after the same story: sentences that hold for the one alone, and for the
 * other; null: nobody could tell them apart.
 */
export function differences(one, other) {
  if ([one, other].some((trace) => trace.at(-1)?.k === 'cut')) return null // nobody has seen the end
  const alone = (a, b) => a.outcome.filter((sentence) => !b.outcome.includes(sentence))
  const found = [alone(one, other), alone(other, one)]
  return found.flat().length ? found : null
}

const count = (n, what) => `${n.toLocaleString('en')} ${what}${n === 1 ? '' : 's'}`

/** One event in words. */
export function say(event) {
  if (!event) return 'The server has just been made. Step, or do something as a client.'
  const why = event.why ? ` ${event.why}` : ''
  return {
    action: () => CHOICE.test(event.text) ? `${event.text}.` : `${event.text}. The server has not looked yet.`,
    line: () => `Line ${event.line}, in ${event.method}().`,
    call: () => `${event.text}.${why}`,
    print: () => `It prints: ${event.text}`,
    sleep: () => event.why ?? 'The server sleeps in select().',
    spin: () => `The loop has turned ${count(event.turns, 'time')} and got nowhere: it uses a whole CPU, and never sleeps again.${why}`,
    throw: () => `An exception leaves the loop, and the server has ended: ${event.text.split('\n')[0]}`,
    end: () => 'run() has returned. The server has ended.',
    cut: () => 'So much happens that the page stops here.',
  }[event.k]()
}

/** What has happened between two stops, for those who don't see it. */
export function tell(trace, from, to) {
  const between = trace.slice(from + 1, to + 1).filter(({ k }) => ['action', 'call', 'print'].includes(k))
  const shown = between.filter((event) => event !== trace[to]).slice(-12)
    .map((event) => event.k === 'print' ? `prints ${event.text}` : event.text)
  return [...shown, say(trace[to])].join('; ')
}
