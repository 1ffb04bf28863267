/**
 * The faults that a node must survive and what must hold meanwhile: which tests try each,
 * and a guard in `impl/` without which a test fails. `faults.test.ts` holds the names
 * against the files; `node --import tsx test/hostile/take-out.ts` takes out each guard and
 * sees its test fail.
 */

export interface NamedTest {
  readonly file: string;
  /** Part of its title, as it stands in the source. */
  readonly title: string;
}

interface Row {
  readonly what: string;
  readonly tests: readonly NamedTest[];
}

const at =
  (file: string) =>
  (title: string): NamedTest => ({ file: `test/${file}.test.ts`, title });

const here = at('hostile/faults');
const tcp = at('hostile/faults-tcp');
const stop = at('hostile/stop');
const transport = at('p2p/rlpx/transport');
const run = at('p2p/server-run');
const listen = at('p2p/server-listen');
const accept = at('p2p/accept');
const dial = at('p2p/server-dial');
const events = at('p2p/events');
const peerRun = at('p2p/peer-run');
const handle = at('p2p/peer-handle');
const token = at('p2p/write-token');
const sync = at('eth/sync');
const download = at('eth/download');
const sockets = at('net/tcp');
const conn = at('net/net-conn');

export const faults: Readonly<Record<string, Row>> = {
  'F-01': {
    what: 'a peer dies inside a frame',
    tests: [
      here('is dropped once, as trouble on the line'),
      transport('bytes into a frame; no word follows'),
      sockets('gives what came whole before it and then fails, wherever it happens'),
    ],
  },
  'F-02': {
    what: 'a reset while we write, wait for room, or say goodbye',
    tests: [
      tcp('ends that peer alone'),
      sockets('fails a write that waits when the peer resets it'),
      sockets('tells a later write of one that was taken over and failed'),
      conn('is over as soon as the other side closes'),
    ],
  },
  'F-03': {
    what: 'a peer vanishes without a FIN',
    tests: [
      here('is dropped 30 s after its last message, and its place is free'),
      at('p2p/ping-loop')('whose line then ends at 30 s (H-65)'),
      transport('gives a message 30 s from the moment that it is asked for'),
    ],
  },
  'F-04': {
    what: 'a peer ends its side and never closes',
    tests: [
      sockets('is gone within 2 s when the peer never ends its side'),
      conn('with a linger does not wait longer than that for a side that stays'),
      transport('lingers 1 s for a remote that does not close'),
      at('p2p/stop-phases')('a peer that is told to go and does not close'),
    ],
  },
  'F-05': {
    what: 'a peer reads slowly what is large',
    tests: [
      here('is gone when a message of 1 MiB was 20 s under way'),
      transport('gives up after 20 s, and writes nothing more'),
      conn('leave on the sender what a slow reader has not come to'),
    ],
  },
  'F-06': {
    what: 'a protocol does not read',
    tests: [
      handle('reads nothing more while a protocol does not take its message (F-06)'),
      at('p2p/one-frame')('keeps one message in hand and the others sealed'),
      at('hostile/bounded-work')('are left alone one slice after the node stops'),
    ],
  },
  'F-07': {
    what: 'the node stops in any phase',
    tests: [
      stop('in this phase leaves nothing behind'),
      tcp('a node that is stopped'),
      at('p2p/stop-phases')('leaves nothing behind: every number up to 60'),
      sync('leaves nothing behind at any moment of a synchronisation'),
      at('p2p/refused')('a connection at a checkpoint when the server stops'),
    ],
  },
  'F-08': {
    what: 'the event loop stands still',
    tests: [
      tcp('ms costs nobody his place whose bytes came in time'),
      at('csp/real')('lets bytes in before a timer that the loop made late'),
      sockets('does not judge a peer by a deadline that passed while we were busy'),
    ],
  },
  'F-09': {
    what: 'the wall clock jumps',
    tests: [tcp('an hour forth and two back ends no peer, no handshake and no dial')],
  },
  'F-10': {
    what: 'a million transactions or blocks of one peer',
    tests: [
      at('eth/transactions')('holds 32,768 transactions of a peer'),
      at('eth/transactions')('never holds more than its cap, and forgets the oldest'),
    ],
  },
  'F-11': {
    what: 'strangers take every place',
    tests: [
      run('takes six inbound peers of nine; the seventh hears 4'),
      run('keeps the other third for what it dials'),
      dial('fills a third of its places with bootnodes'),
    ],
  },
  // The list of the trusted does not change while our node runs: they come and go.
  'F-12': {
    what: 'trusted peers and strangers come and go',
    tests: [
      here('leave the counts as they were'),
      run('refuses a stranger when it is full, before Hello, and takes a trusted node'),
    ],
  },
  'F-13': {
    what: 'two nodes dial each other in the same turn',
    tests: [
      at('p2p/cross-dial')(
        'leaves exactly one link, the same on both sides: 500 seeds',
      ),
      at('p2p/cross-dial')('leaves one link over RLPx: 30 seeds'),
    ],
  },
  'F-14': {
    what: 'no file descriptor is left',
    tests: [
      tcp('is no end of the listener: it serves again when there are some'),
      sockets('throws errors of the system together, and goes on'),
      accept('outlives errors of the system, asks five times a second and tells once'),
    ],
  },
  'F-15': {
    what: 'the peer that we synchronise with dies, lies or stalls',
    tests: [
      sync('keeps what it has when the peer dies after any number of answers (F-15)'),
      sync('goes on at the next tick with another peer when one has lied or died'),
      download('gives what a dead peer was asked for to the others'),
      download('has it for at most five minutes'),
    ],
  },
  'F-16': {
    what: 'a protocol throws what nobody foresaw',
    tests: [
      here('ends its peer with 16, no other, and is logged'),
      peerRun('logs what a task throws, and ends the peer with 16'),
      at('p2p/fault')('logs a fault of setupConn, and refuses that connection alone'),
      at('p2p/as-error')('survives a thrown value that has no text'),
      accept('ends the server when it dies: its peers are told, and it is logged'),
    ],
  },
  'F-17': {
    what: 'a listener of ours throws',
    tests: [
      events('goes on when a listener throws, and the runtime hears of it'),
      events('tells the others too when a listener throws'),
      at('eth/handshake')('survives a listener that throws'),
      here('is logged; the others hear, and the insert and the pool go on'),
    ],
  },
};

/** Beside `test/helpers/invariants.ts`, which watches I-1 to I-6, I-8 and I-9. */
export const invariants: Readonly<Record<string, Row>> = {
  'I-1': {
    what: 'each connection comes to one end',
    tests: [here('leave the counts as they were'), stop('leaves nothing behind')],
  },
  'I-2': {
    what: 'each add has one drop, after the peer left the table',
    tests: [
      events('makes one drop of every add, after it, whatever happens: 200 seeds'),
      events('makes the drop when the peer is no more in the table'),
      events('makes the drop before the same id is added again'),
    ],
  },
  'I-3': {
    what: 'places and slots come back',
    tests: [
      run('counts a place only once: it is free again after each of 100 peers'),
      listen('gives the slot back when a connection is cut in any phase of its set-up'),
    ],
  },
  'I-4': {
    what: 'a dial task ends once; 30 s between two dials; none of a removed node',
    tests: [
      here(
        'of a removed node is never made again, and no node is dialed twice in 30 s',
      ),
      dial('none is lost or made twice'),
    ],
  },
  'I-5': {
    what: 'no frame follows half a frame',
    tests: [
      transport('lets one frame out at a time, in the order of the calls'),
      at('p2p/rlpx/large-messages')('the frame goes out whole or not at all'),
      at('p2p/rlpx/frame')('fails for good: nothing is read or written afterwards'),
    ],
  },
  'I-6': {
    what: 'each protocol has its messages once, in order, and none after the end',
    tests: [
      handle('gives a protocol its messages in order, under its codes (k = 2)'),
      handle("keeps each protocol's messages apart and in order (k = 1)"),
      events('makes one drop of every add, after it, whatever happens: 200 seeds'),
    ],
  },
  'I-7': {
    what: 'who waits is answered, or hears of the end',
    tests: [
      token('sends every waiting writer away when the peer ends (k = 1)'),
      handle('waits for a Ping no longer than the peer lives'),
      conn('ends our own read and write that wait, and all that follow'),
      at('eth/requests')('forgets what was given up a minute ago'),
    ],
  },
  'I-8': {
    what: 'a stop leaves no task, timer, socket or port behind, and takes 6 s at most',
    tests: [
      stop('in this phase leaves nothing behind'),
      tcp('a node that is stopped'),
      at('soak/soak')('leaves no task, socket, timer or listener behind'),
    ],
  },
  'I-9': {
    what: 'no rejection without an owner, no exception, no pile of listeners',
    tests: [
      tcp('ends that peer alone'),
      sockets('leaves nothing behind after 1,000 rounds'),
    ],
  },
  'I-10': {
    what: 'what was accepted outlives its peer',
    tests: [
      here('stay when the peer that sent them is gone'),
      sync('drops a peer whose blocks the chain refuses, and keeps the good ones'),
      at('core/chain')('prefers the larger total difficulty, even in fewer blocks'),
    ],
  },
};

export interface Edit {
  readonly file: string;
  /** Stands once in the file. */
  readonly take: string;
  /** What stands there instead. */
  readonly put: string;
}

export interface Guard extends Edit {
  /** The fault or invariant. */
  readonly of: string;
  /** Taken out as well. */
  readonly also?: Edit;
  /** It fails then. */
  readonly test: NamedTest;
}

const server = 'impl/p2p/server.ts';
const peer = 'impl/p2p/peer.ts';
const tcpConn = 'impl/net/tcp-conn.ts';
const rlpx = 'impl/p2p/rlpx/transport.ts';

export const guards: readonly Guard[] = [
  {
    of: 'F-01',
    file: peer,
    take: 'if (!(event.value instanceof DiscError)) return networkEnd(event.value);',
    put: '',
    test: here('is dropped once, as trouble on the line'),
  },
  {
    of: 'F-02',
    file: tcpConn,
    take: "this.#socket.on('error', (error) => {\n      this.#out.fail(error);\n    });",
    put: '',
    test: tcp('ends that peer alone'),
  },
  {
    of: 'F-03',
    file: rlpx,
    take: 'this.#conn.fd.setReadDeadline(until);',
    put: 'this.#conn.fd.setReadDeadline(undefined);',
    test: here('is dropped 30 s after its last message, and its place is free'),
  },
  {
    of: 'F-04',
    file: tcpConn,
    take: '    this.#socket.destroy();\n',
    put: '',
    test: sockets('is gone within 2 s when the peer never ends its side'),
  },
  {
    of: 'F-05',
    file: rlpx,
    take: 'this.#conn.fd.setWriteDeadline(this.#runtime.now() + frameWriteTimeoutMs);',
    put: 'this.#conn.fd.setWriteDeadline(undefined);',
    test: here('is gone when a message of 1 MiB was 20 s under way'),
  },
  {
    of: 'F-06',
    file: 'impl/p2p/proto-rw.ts',
    take: 'new Chan(`${protocol.name}.in`)',
    put: 'new Chan(`${protocol.name}.in`, 1000)',
    test: handle(
      'reads nothing more while a protocol does not take its message (F-06)',
    ),
  },
  {
    of: 'F-07',
    file: server,
    take: 'for (const fd of [...this.#handshaking]) await fd.close();',
    put: '',
    test: stop('in this phase leaves nothing behind'),
  },
  {
    of: 'F-07',
    file: 'impl/eth/handler.ts',
    take: 'for (const peer of [...this.#handlers]) await peer.disconnect(discQuitting);',
    put: '',
    test: stop('in this phase leaves nothing behind'),
  },
  {
    of: 'F-07',
    file: 'impl/net/tcp.ts',
    take: '    stop: recv(options.stop),\n',
    put: '',
    test: sockets(
      'throws DeadlineExceeded when nobody answers, and ends at once on stop',
    ),
  },
  {
    of: 'F-08',
    file: 'impl/net/deadline.ts',
    take: 'if (this.#runtime.now() - this.#at < lateMs || this.#excused) {',
    put: 'if (this.#excused !== undefined) {',
    test: at('net/deadline')('that passed while nobody waited gives one moment more'),
  },
  {
    // Either of the two is enough for a Hello.
    of: 'F-08',
    file: 'impl/net/deadline.ts',
    take: 'if (this.#runtime.now() - this.#at < lateMs || this.#excused) {',
    put: 'if (this.#excused !== undefined) {',
    also: {
      file: 'impl/csp/real-timers.ts',
      take: 'else macrotask(() => timer.fire?.());',
      put: 'else timer.fire?.();',
    },
    test: tcp('ms costs nobody his place whose bytes came in time'),
  },
  {
    of: 'F-08',
    file: 'impl/csp/real-timers.ts',
    take: 'else macrotask(() => timer.fire?.());',
    put: 'else timer.fire?.();',
    test: at('csp/real')('lets bytes in before a timer that the loop made late'),
  },
  {
    of: 'F-09',
    file: 'impl/csp/real.ts',
    take: 'return performance.now();',
    put: 'return Date.now();',
    test: tcp('an hour forth and two back ends no peer, no handshake and no dial'),
  },
  {
    of: 'F-10',
    file: 'impl/eth/known-set.ts',
    take: 'if (this.#hashes.size >= this.#max) {',
    put: 'if (this.#hashes.size >= Infinity) {',
    test: at('eth/transactions')('holds 32,768 transactions of a peer'),
  },
  {
    of: 'F-11',
    file: 'impl/p2p/handshake-checks.ts',
    take: 'return maxPeers - Math.floor(maxPeers / 3);',
    put: 'return maxPeers;',
    test: run('takes six inbound peers of nine; the seventh hears 4'),
  },
  {
    of: 'F-12',
    file: server,
    take: 'if (peer.inbound) inboundCount++;',
    put: 'if (peer.inbound && !peer.trusted) inboundCount++;',
    test: here('leave the counts as they were'),
  },
  {
    of: 'F-13',
    file: server,
    take: 'if (claim === undefined) throw new DiscError(discAlreadyConnected);',
    put: '',
    test: at('p2p/cross-dial')('leaves exactly one link, the same on both sides'),
  },
  {
    of: 'F-14',
    file: 'impl/net/tcp.ts',
    take: 'this.#failures++;',
    put: 'this.#closed.close();',
    test: sockets('throws errors of the system together, and goes on'),
  },
  {
    of: 'F-14',
    file: 'impl/p2p/accept.ts',
    take: 'now - this.#toldAt < tellEveryMs',
    put: 'now < this.#toldAt',
    test: accept('asks five times a second and tells once'),
  },
  {
    of: 'F-14',
    file: 'impl/p2p/accept.ts',
    take: "if (event.case === 'quit') return undefined;",
    put: '',
    test: accept('leaves in the middle of a pause when the server stops'),
  },
  {
    of: 'F-15',
    file: 'impl/eth/download.ts',
    take: 'this.#queue.giveBack(headers);',
    put: '',
    test: download('gives what a dead peer was asked for to the others'),
  },
  {
    of: 'F-16',
    file: peer,
    take: 'this.protoErr.trySend(endedBy(`${name}/${version}`, error));',
    put: 'if (error instanceof DiscError) this.protoErr.trySend(error);',
    test: here('ends its peer with 16, no other, and is logged'),
  },
  {
    of: 'F-16',
    file: 'impl/p2p/accept.ts',
    take: 'if (!(error instanceof AcceptFailed)) throw error;',
    put: 'if (!(error instanceof AcceptFailed)) return undefined;',
    test: accept('ends the server when it dies'),
  },
  {
    of: 'F-16',
    file: server,
    take: 'runtime().taskFailed(task, error);\n    this.quit.close();',
    put: 'runtime().taskFailed(task, error);',
    test: accept('ends the server when it dies'),
  },
  {
    of: 'F-17',
    file: 'impl/p2p/events.ts',
    take: 'this.#onListenerError(error);',
    put: 'throw error;',
    test: events('goes on when a listener throws, and the runtime hears of it'),
  },
  {
    of: 'F-17',
    file: 'impl/core/tell.ts',
    take: 'runtime().taskFailed(`${what} listener`, error);',
    put: 'throw error;',
    test: here('is logged; the others hear, and the insert and the pool go on'),
  },
  {
    of: 'I-1',
    file: server,
    take: "this.refused(fd, endedBy('setupConn', error));",
    put: '',
    test: here('leave the counts as they were'),
  },
  {
    of: 'I-2',
    file: server,
    take: "this.feed.send({ type: 'drop', peer: peer.id, ...end });",
    put: '',
    test: here('leave the counts as they were'),
  },
  {
    of: 'I-3',
    file: server,
    take: 'if (event.value.peer.inbound) inboundCount--;',
    put: '',
    test: run('counts a place only once: it is free again after each of 100 peers'),
  },
  {
    of: 'I-3',
    file: server,
    take: '          slots.trySend(undefined);\n        }\n      });',
    put: '        }\n      });',
    test: listen(
      'gives the slot back when a connection is cut in any phase of its set-up',
    ),
  },
  {
    of: 'I-4',
    file: 'impl/p2p/dial.ts',
    take: 'this.#history.set(id, now + dialHistoryExpirationMs);',
    put: '',
    test: here('of a removed node is never made again'),
  },
  {
    of: 'I-4',
    file: 'impl/p2p/dial.ts',
    take: '    this.#static.delete(id);\n    this.#bootnodes.delete(id);',
    put: '',
    test: here('of a removed node is never made again'),
  },
  {
    of: 'I-5',
    file: 'impl/p2p/rlpx/frame-conn.ts',
    take: '      //: Part of the frame may be out; another frame after it would be garbage.\n      this.#frames.poison(error);',
    put: '',
    test: transport('gives up after 20 s, and writes nothing more'),
  },
  {
    of: 'I-6',
    file: peer,
    take: 'await this.handle(await this.conn.transport.readMsg());',
    put: 'const msg = await this.conn.transport.readMsg(); this.wg.go("handle", () => this.handle(msg));',
    test: handle('gives a protocol its messages in order, under its codes (k = 2)'),
  },
  {
    of: 'I-7',
    file: 'impl/p2p/proto-rw.ts',
    take: 'select({ token: recv(writeStart), closed: recv(this.closed) })',
    put: 'select({ token: recv(writeStart), closed: recv<undefined>(undefined) })',
    test: token('sends every waiting writer away when the peer ends'),
  },
  {
    of: 'I-8',
    file: server,
    take: '    await this.#listener?.close();\n',
    put: '',
    test: stop('in this phase leaves nothing behind'),
  },
  {
    of: 'I-8',
    file: tcpConn,
    take: "    this.#reads.close(new ConnClosed('read'));\n",
    put: '',
    test: at('soak/soak')('leaves no task, socket, timer or listener behind'),
  },
  {
    of: 'I-9',
    file: 'impl/csp/wait-group.ts',
    take: 'return task().then(over, failed);',
    put: 'return task().then(over);',
    test: at('csp/wait-group')('hands what a task throws to its owner, and goes on'),
  },
  {
    of: 'I-10',
    file: 'impl/core/chain.ts',
    take: 'if (block.td !== head.td) return block.td > head.td;',
    put: '',
    test: at('core/chain')('prefers the larger total difficulty, even in fewer blocks'),
  },
];
