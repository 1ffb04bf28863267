/**
 * What the sentences of the trace player are made of: what each channel carries, what
 * each signal and timer stands for, and the sentences. A name that is not here is said
 * as it stands in the trace.
 */

/** `v` is the summary that the trace holds; empty for values that have none. */
type Carried = (v: string) => string;

const errorOf = (v: string): string => (v === '' ? 'an error' : `the error “${v}”`);
const itemsOf =
  (one: string, many: string): Carried =>
  (v) => {
    const count = /^(\d+) items$/.exec(v)?.[1];
    return count === undefined ? many : `${count} ${count === '1' ? one : many}`;
  };

/** By the name of the channel, or the first word of it. */
const carried: Readonly<Record<string, Carried>> = {
  accept: () => 'one end of a new connection',
  posthandshake: () => 'a connection past its encryption handshake',
  addpeer: () => 'a connection past both handshakes',
  cont: (v) => (v === '' ? 'the verdict “go on”' : `the refusal “${v}”`),
  delpeer: () => 'a peer that has ended',
  addstatic: () => 'a node to keep dialing',
  removestatic: () => 'a node to dial no more',
  peerOp: () => 'a question about the peers',
  peerOpDone: () => 'the word “done”',
  taskdone: (v) => (v === '' ? 'a finished dial task' : `a finished ${v}`),
  slots: () => 'a slot for one inbound handshake',
  newPeerCh: (v) => (v === '' ? 'a new eth peer' : `the new ${v}`),
  noMorePeers: () => 'the word “no more peers”',
  'status results': () => 'the result of its half of the Status exchange',
  headers: itemsOf('header', 'headers'),
  bodies: itemsOf('block body', 'block bodies'),
  'headers checked': itemsOf('checked header', 'checked headers'),
  'body job': itemsOf('header to find the body of', 'headers to find the bodies of'),
  'bodies fetched': () => 'what a peer has answered',
  'blocks complete': itemsOf('whole block', 'whole blocks'),
  txsyncCh: () => 'transactions for a new peer',
  notify: () => 'the word that there is a new block',
  inject: () => 'a new block',
  fetched: () => 'what came of announced blocks',
  'queued blocks': () => 'a block to pass on',
  'queued announcements': () => 'the hash of a block to pass on',
  receipts: itemsOf('list of receipts', 'lists of receipts'),
  disc: (v) => (v === '' ? 'a reason to disconnect' : `Disconnect reason ${v}`),
  readErr: errorOf,
  protoErr: errorOf,
  writeErr: (v) => (v === '' ? 'the write token and no error' : errorOf(v)),
  writeStart: () => 'the write token',
  pingRecv: () => 'the word that a Ping came',
};

/** What it means that a signal is given. */
const signals: Readonly<Record<string, string>> = {
  quit: 'the server stops',
  closed: 'this peer is over',
  quitSync: 'eth takes no more peers',
  'eth stopped': 'eth is down',
  'eth peer term': 'eth is done with this peer',
  'sync cancelled': 'this synchronisation ends early',
  'sync over': 'this synchronisation is over',
  'sources changed': 'a peer to fetch from has come or gone',
  'source left': 'this peer is none to fetch from any more',
  'body fetcher stops': 'no more bodies are asked of this peer',
  'transactions or blocks': 'there is news for this peer',
  'DAO challenge answered': 'the peer has shown its header of the DAO fork',
  'transport closing': 'nobody may begin another write',
  'transport closed': 'the transport is shut',
  'syncer died': 'the syncer has died of a fault',
  'handler left': 'an eth peer’s task is over',
  'the run is over': 'the scenario has seen what it waited for',
  'it listens': 'the scripted remote reads from here on',
  'the other side closed': 'the other side has closed the connection',
};

const timers: Readonly<Record<string, string>> = {
  dial: 'the answer to the dial',
  'sync tick': 'the sync tick',
  'ping interval': 'the time for the next Ping',
  handler: 'the end of its handler’s work',
  'pong budget': 'the time when another Pong may go out',
  'status timeout': 'the time limit for a Status',
  'request timeout': 'the time limit for an answer',
  'announced block due': 'the time to ask for announced blocks',
  'fetch timeout': 'the time limit for an announced block',
  'DAO challenge timeout': 'the time limit for the header of the DAO fork',
  pause: 'a short pause',
  'disconnect write': 'the time limit for the Disconnect',
  'dial history': 'the time when this node may be dialed again',
  'the scenario ends': 'the end of the scenario’s time',
  script: 'the next line of the script',
};

function join(items: readonly string[], last: string): string {
  return items.length < 2
    ? (items[0] ?? '')
    : `${items.slice(0, -1).join(', ')} ${last} ${items.at(-1) ?? ''}`;
}

/** A name of several words is quoted, so that it does not run into the sentence. */
function named(name: string): string {
  return name.includes(' ') ? `“${name}”` : name;
}

/** A name that is a word would read as the thing: “something from token”. */
function notAThing(channel: string): string {
  return /^[a-z]+$/.test(channel) ? `the channel ${channel}` : channel;
}

function span(ms: number): string {
  return ms < 1000 ? `${ms} ms` : `${ms / 1000} s`;
}

const isOne = (bytes: string): boolean => bytes.startsWith('1 ');

/** With a full stop, unless it has one. */
function closed(words: string): string {
  return /[.!?…]$/.test(words) ? words : `${words}.`;
}

export const traceSentences = {
  /** What a value of the channel is. A message is named by who calls this. */
  carried: (channel: string, v: string): string => {
    const known = carried[channel] ?? carried[channel.split(' ')[0] ?? ''];
    if (known !== undefined) return known(v);
    if (v !== '') return v;
    return channel.endsWith('.in') ? 'a message' : 'a value';
  },
  channel: (name: string): string =>
    name.startsWith('accept ') ? `the listener at ${name.slice(7)}` : named(name),
  lock: 'write lock',

  /** Who acts and belongs to no node: a task of the scenario, or who is called by a noun. */
  scenarioTask: (task: string): string =>
    task.startsWith('the ') ? `The ${task.slice(4)}` : `The scenario’s ${task}`,
  start: (task: string): string => `${task} begins.`,
  startBy: (task: string, by: string): string => `${by} starts ${task}.`,
  startOutside: (task: string): string => `The simulator starts ${task}.`,
  end: (task: string): string => `${task} is over.`,
  endWith: (task: string, error: string): string =>
    `${task} ends with: ${closed(error)}`,

  block: (task: string, on: readonly string[]): string =>
    on.length === 1
      ? `${task} waits for ${on[0] ?? ''}.`
      : `${task} waits for the first of these: ${on.join('; ')}.`,
  blockPlain: (task: string): string => `${task} waits.`,
  wake: (task: string): string => `${task} wakes up.`,
  wakeFor: (task: string, what: string): string => `${task} wakes up for ${what}.`,

  waitRecv: (channels: readonly string[]): string =>
    channels.length === 1
      ? `something from ${notAThing(channels[0] ?? '')}`
      : `something from ${join(channels, 'or')}`,
  waitSend: (what: string, channel: string): string =>
    `a taker for ${what} on ${channel}`,
  waitLock: 'the write lock',
  waitRead: 'bytes from the connection',
  waitReadDeadline: 'the time limit for reading',
  waitWrite: 'room in the connection',
  waitWriteDeadline: 'the time limit for writing',
  waitLinger: 'the end of the time that the connection lingers',
  waitListener: 'the close of its listener',
  waitConnection: 'the end of the connection',
  waitTasks: (tasks: readonly string[]): string =>
    `the end of ${join(tasks.map(named), 'and')}`,
  waitSignal: (name: string): string => `the signal ${named(name)}`,
  waitUnknown: (name: string): string => named(name),
  sleep: (task: string, ms: number): string => `${task} sleeps ${span(ms)}.`,
  slept: (task: string, ms: number): string => `${task} has slept ${span(ms)}.`,
  timer: (name: string): string | undefined => timers[name],
  signal: (name: string): string | undefined => signals[name],

  handTo: (task: string, what: string, to: string, channel: string): string =>
    `${task} hands ${what} to ${to}, through ${channel}.`,
  putInto: (task: string, what: string, channel: string, lying: number): string =>
    `${task} puts ${what} into ${channel}.${lying > 1 ? ` Now ${lying} lie there.` : ''}`,
  takeFrom: (task: string, what: string, from: string, channel: string): string =>
    `${task} takes ${what} from ${from}, out of ${channel}.`,
  takeOut: (task: string, what: string, channel: string): string =>
    `${task} takes ${what} out of ${channel}.`,
  lockTaken: (task: string): string =>
    `${task} takes the write lock: nobody else writes now.`,
  lockGiven: (task: string): string => `${task} gives the write lock back.`,

  taken: (task: string, what: string, channel: string): string =>
    `${task} goes on: ${channel} took ${what}.`,
  got: (task: string, what: string, channel: string): string =>
    `${task} goes on with ${what} out of ${channel}.`,
  hasLock: (task: string): string => `${task} goes on: the write lock is its own.`,
  canRead: (task: string): string =>
    `${task} goes on: the connection has bytes, or has ended.`,
  canWrite: (task: string): string =>
    `${task} goes on: the connection has room, or has ended.`,
  late: (task: string, timer: string): string => `${task} goes on: ${timer} has come.`,
  signalled: (task: string, name: string, meaning: string): string =>
    `${task} goes on: the signal ${named(name)} says that ${meaning}.`,
  ready: (task: string, what: string): string => `${task} goes on: ${what}.`,
  listenerClosed: 'its listener is closed',
  connectionClosed: 'the connection is closed',

  read: (task: string, bytes: string): string =>
    `${task} reads ${bytes} from the connection.`,
  readOf: (task: string, bytes: string, message: string): string =>
    `${task} reads ${bytes} from the connection. ${isOne(bytes) ? 'It belongs' : 'They belong'} to ${message}.`,
  write: (task: string, bytes: string): string =>
    `${task} writes ${bytes} to the connection.`,
  writeOf: (task: string, bytes: string, message: string): string =>
    `${task} writes ${bytes} to the connection. ${isOne(bytes) ? 'It is part of' : 'They carry'} ${message}.`,
  bytes: 'bytes',
  out: (task: string, message: string, node: string): string =>
    `${task} sends ${message}${node === '' ? '' : ` to ${node}`}.`,
  in: (task: string, message: string, node: string): string =>
    `${task} hears ${message}${node === '' ? '' : ` from ${node}`}.`,
  leaving: (name: string, reason: number): string => `${name} ${reason}`,
  message: (name: string, bytes: string): string =>
    bytes === '' ? name : `${name} (${bytes})`,

  give: (task: string, signal: string, meaning: string): string =>
    `${task} gives the signal ${named(signal)}: ${meaning}.`,
  giveUnknown: (task: string, signal: string): string =>
    `${task} gives the signal ${named(signal)}.`,
  closeListener: (task: string): string => `${task} closes the listener.`,
  closeConnection: (task: string): string =>
    `${task} closes its end of the connection.`,
  report: (task: string, what: string): string => `${task} notes: ${closed(what)}`,
};
