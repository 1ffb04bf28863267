import type { ScenarioName } from '../../../impl/sim/scenarios.ts';
import type { Clock, Mark } from '../../data/clock-run.ts';
import type { Doing, Part } from '../../data/waits-run.ts';
import type { BlockedCase } from '../components/blocked-graph.ts';
import type { BenchCase, Guess } from '../components/clock-bench.ts';
import type {
  Actor,
  Doing as TokenDoing,
  GoalName,
  Situation,
  TokenPlace,
  Word,
} from '../components/token-bench.ts';
import { en } from './en.ts';
import { traceSentences } from './trace-sentences.en.ts';

/** The words of benches, tables and the player, which come with their code. */
export const parts = {
  performance: {
    caption: (first: string): string =>
      `Figures of the recorded run, the first: ${first}`,
    empty: 'The recorded run has no figures of this part.',
    figure: 'Figure',
    columns: {
      ours: 'Ours',
      transport: 'Our transport alone',
      devp2p: 'devp2p',
      raw: 'Raw TCP',
      parts: 'From its parts',
    },
    ratio: 'Ours / devp2p',
    geth: (version: string): string => `geth ${version}, other runs`,
    goal: 'Goal',
    label: (label: string, unit: string): string => `${label}, ${unit}`,
    verdict: (goal: string, met: boolean | undefined): string =>
      met === undefined ? goal : `${goal}: ${met ? 'met' : 'not met'}`,
  },
  outcomes: {
    caption: (count: number): string =>
      `${count} scenarios, each run under two orders of tasks when this page was built. A is our node; the remote plays a script. Times count from the start of the run.`,
    sortsCaption: (count: number): string =>
      `${count} runs of one message each, or a few, under two orders of tasks when this page was built. A runs eth/63 and takes whatever comes, unless the row says otherwise.`,
    waitsCaption: (count: number): string =>
      `${count} runs in which a handler is busy, under two orders of tasks when this page was built. Where the row says nothing else, eth is busy with each message for 700 ms, chat is quick, and Disconnect 4 comes 100 ms after the rest.`,
    tokenCaption: (count: number): string =>
      `${count} runs of writes, each under two orders of tasks when this page was built.`,
    codesCaption: (count: number): string =>
      `${count} pairs of lists, each run under two orders of tasks when this page was built. We speak eth/62 and eth/63, and what the row adds.`,
    helloCaption: (count: number): string =>
      `${count} first messages, each run under two orders of tasks when this page was built. B dials A, and holds the key of its id. Unless the row says otherwise, its Hello is as ours, and after it comes a good Status.`,
    columns: {
      what: 'What happens',
      error: 'A’s own error',
      heard: 'The remote hears',
      when: 'Ends after',
    },
    groups: {
      readErr: 'readLoop could not go on',
      writeErr: 'a write failed',
      protoErr: 'a protocol ended',
      disc: 'someone on our side asked',
      refused: 'No peer was made of it',
      none: 'No cause: the peer lives on',
    } as Readonly<Record<string, string>>,
    run: 'Run it',
    noError: 'none',
    notOver: 'not over yet',
    nothing: 'nothing',
    none: 'nothing out of the ordinary',
    message: (codes: string): string => `message ${codes}`,
    disconnect: (reason: number, text: string): string =>
      `Disconnect ${reason}, ${text}`,
    stays: 'it stays',
    what: {
      meet: 'Two nodes of ours meet',
      'remote-closes': 'The remote closes the TCP connection',
      'remote-disconnects': 'The remote sends Disconnect 4',
      'code-past-the-end': 'The remote sends code 33, one past eth/63',
      'reserved-base-code': 'The remote sends the reserved code 5',
      'second-hello': 'The remote sends a second Hello',
      ping: 'The remote sends a Ping',
      'unasked-pong': 'The remote sends a Pong that nobody asked for',
      'disconnect-without-a-reason': 'The remote sends a Disconnect with an empty list',
      'reason-13': 'The remote sends Disconnect 13, a number without a name',
      'reason-17': 'The remote sends Disconnect 17, one past the names',
      'other-genesis-and-network':
        'The remote’s Status has another genesis and network',
      'other-network': 'The remote’s Status has another network',
      'no-status': 'The remote never sends its Status',
      'second-status': 'The remote sends its Status twice',
      'hole-in-the-codes': 'The remote sends eth code 0x0a, which means nothing',
      'second-status-2018': 'A second Status, with geth’s removal of 2018',
      'protocol-returns': 'Our protocol returns without an error',
      'protocol-writes-past-its-codes':
        'Our protocol writes a code that it does not have',
      'silence-after-status': 'The remote says nothing after its Status, for 3 s',
      'dead-line': 'The remote says nothing after its Status, ever',
      'asked-to-leave': 'Our own side calls disconnect(0)',
      'remote-stops-reading': 'The remote stops reading while our protocol writes',
      'two-causes': 'The remote sends a second Status, and Disconnect 4 behind it',
      'protocol-will-not-leave':
        'The remote sends Disconnect 4; our protocol sleeps and does not look',
      'codes-strangers': 'Two nodes of ours meet; one speaks eth/63, the other eth/62',
      'codes-nothing-in-common': 'The remote speaks eth/64 and eth/65',
      'codes-eth-62-alone': 'The remote speaks eth/62 alone, and sends code 29',
      'codes-lower-version-gone': 'Both speak eth/62, eth/63 and note/1',
      'codes-said-twice':
        'Both speak eth/62, eth/63 and note/1; the remote lists note first, and eth/63 twice',
      'codes-chat-before-eth': 'Both speak chat/1 and eth/63',
      'codes-chat-on-one-side': 'We speak chat/1 and eth/63; the remote has no chat',
      'codes-chat-forgotten':
        'Both speak chat/1 and eth/63; the remote sends its Status as code 16',
      'codes-chat-of-another-length':
        'Both speak chat/1 and eth/63; the remote counts five codes for chat, and sends its Status as code 21',
      'token-past-its-codes': 'A’s chat, with the messages 0 to 3, says message 4',
      'token-past-its-codes-shrugged':
        'A’s chat says message 4, and takes no notice of the error',
      'token-past-its-codes-full-line':
        'The line is full, and eth stands in a write; chat says message 4',
      'token-past-its-codes-full-line-shrugged':
        'The same, and chat takes no notice of the error; B reads from 3 s on',
      'token-too-large': 'A’s protocol writes a message of 16 MiB',
      'token-ping-overtakes':
        'The line is full; chat wants to write, and later a Ping is due',
      'token-waits-at-the-end':
        'The line is full, chat wants to write, and the remote sends Disconnect 4',
      'token-reading-stands-still':
        'A’s eth reads nothing; its chat has something to say',
      'token-line-breaks': 'The line is full, and the remote never reads again',
      'hello-as-ours': 'A Hello as ours',
      'hello-next-year': 'Two more fields behind the id',
      'hello-tail-of-lists': 'A list and a number behind the id',
      'hello-bytes-behind': 'Three bytes behind the list',
      'hello-port': 'Listen port 30303',
      'hello-version-4': 'Version 4',
      'hello-version-99': 'Version 99',
      'hello-2048-bytes': 'A long name: 2,048 bytes in all',
      'hello-2049-bytes': 'A name longer by one: 2,049 bytes in all',
      'hello-zero-as-00': 'The port 0 as the byte 00',
      'hello-without-id': 'The list ends before the id',
      'hello-id-of-63': 'An id of 63 bytes',
      'hello-cap-of-three': 'A capability of three elements',
      'hello-zero-id': 'An id of 64 zeros',
      'hello-other-id': 'The id of somebody else',
      'hello-other-id-strange': 'The id of somebody else, and no common protocol',
      'hello-zero-id-full': 'An id of 64 zeros; A’s only place is taken',
      'hello-no-caps': 'An empty list of capabilities',
      'hello-is-disconnect': 'Disconnect 4 instead of Hello',
      'hello-is-bare-disconnect': 'The same, as the bare byte 04',
      'hello-is-ping': 'A Ping instead of Hello',
      'hello-is-status': 'Message 16 instead of Hello',
      'hello-is-empty-list': 'A Hello that is the empty list',
      'hello-is-missing': 'Nothing at all',
      'sorts-five':
        'The remote sends Status, a Ping, code 7, a request for no bodies, and Disconnect 4',
      'sorts-17-pings':
        'The remote sends 17 Pings at once, and Disconnect 4 after 100 ms',
      'sorts-22-pings':
        'The remote sends 22 Pings at once, and Disconnect 4 after 100 ms',
      'sorts-disconnect-behind-a-message':
        'The remote sends code 16, which nobody takes, and Disconnect 4 behind it; for 40 s',
      'sorts-ping-behind-a-message':
        'Both speak chat/1 too; the remote sends code 20 for eth, which sleeps, and a Ping behind it',
      'sorts-for-chat-while-eth-sleeps':
        'Both speak chat/1 too; eth sleeps; the remote sends code 16, for chat, and a Ping behind it',
      'sorts-33-behind-chat': 'Both speak chat/1 too; the remote sends code 33',
      'sorts-37-behind-chat': 'Both speak chat/1 too; the remote sends code 37',
      'sorts-code-15': 'The remote sends the reserved code 15',
      'sorts-junk-in-a-ping': 'The remote sends a Ping with the payload ffffff',
      'sorts-largest-ping': 'The remote sends a Ping with 2,048 zero bytes',
      'sorts-ping-too-large': 'The remote sends a Ping with 2,049 zero bytes',
      'sorts-bare-reason': 'The remote sends a Disconnect with the payload 04',
      'sorts-junk-reason': 'The remote sends a Disconnect with the payload ffffff',
      'sorts-huge-reason': 'The remote sends a Disconnect with the reason 2^63',
      'sorts-large-ping-behind-a-message':
        'The remote sends code 16, which nobody takes, and behind it a Ping with 2,049 zero bytes',
      'sorts-code-7-too-large': 'The remote sends code 7 with 2,049 zero bytes',
      'sorts-junk-reason-behind-22-pings':
        'The remote sends 22 Pings at once, and after 100 ms a Disconnect with the payload ffffff',
      'sorts-two-reasons':
        'The remote sends Disconnect 4, and right behind it Disconnect 5',
      'waits-played':
        'Two blocks for eth, one message for note, a Ping; Disconnect 4. The line takes 25 ms',
      'waits-nobody':
        'Two messages for eth, one for chat, a Ping; Disconnect 4 100 ms later. Nobody is busy',
      'waits-one': 'One message for a busy eth, one for chat, a Ping; Disconnect 4',
      'waits-two': 'Two for eth, one for chat, a Ping; Disconnect 4',
      'waits-three': 'Three for eth, one for chat, a Ping; Disconnect 4',
      'waits-chat-slow':
        'Two for chat, which is the busy one, one for eth, a Ping; Disconnect 4',
      'waits-for-ever':
        'Two for eth, which is never through with the first, one for chat, a Ping; Disconnect 4',
      'waits-full-line':
        'Forty of 4 KiB for eth, which is never through with the first',
      'ping-flood': 'Two hundred Pings from a remote that reads nothing',
      'waits-two-nodes': 'A node that never stops to write',
      'waits-behind-chat': 'One for eth, two for chat, which is quick; Disconnect 4',
      'waits-both-slow':
        'One for eth, two for chat, which is busy with each for 300 ms; Disconnect 4',
      'waits-each-once':
        'One for eth and one for chat, and neither is ever through; Disconnect 4',
      'waits-table':
        'One for eth (300 ms), two for chat (500 ms), one for eth, a Ping and Disconnect 4 at once',
    } satisfies Readonly<Record<ScenarioName, string>> as Readonly<
      Record<ScenarioName, string>
    >,
  },
  token: {
    title: 'The token bench',
    withoutScripts:
      'To let the tasks go on yourself needs scripts. This is what can be brought about, and how.',
    choose: 'What would you like to bring about?',
    goals: {
      overtakes:
        'The Pong reaches B, although eth has waited for the token since before pingLoop began',
      nobody: 'eth waits for the token, and no protocol has it',
      twice:
        'chat gets both its messages to B, although eth waits since before the first was through',
      both: 'chat and eth are both past the token, at the line or its lock',
      farewell: 'The Disconnect reaches B while a protocol has the token',
      late: 'run has decided to end, and after that a message of chat reaches B',
      back: 'A protocol has the token when run decides to end, and the token comes back',
    } satisfies Readonly<Record<GoalName, string>>,
    guess: 'Is there an order of the tasks in which it happens?',
    guesses: { can: 'There is one', cannot: 'There is none' },
    begin: 'Let me try',
    show: 'Show me',
    rule: {
      well: 'chat wants to write two messages, eth one, and pingLoop owes a Pong. Who goes on runs until it has to wait.',
      leave:
        'chat and eth want to write one message each, and the server wants to part. Who goes on runs until it has to wait.',
    } satisfies Readonly<Record<Situation, string>>,
    places: {
      free: 'The token lies in writeStart.',
      chat: 'chat has the token.',
      eth: 'eth has the token.',
      report:
        'The token is on its way: a report lies with run, which has not looked yet.',
      gone: 'The token is gone: there is a report, and nobody takes it.',
    } satisfies Readonly<Record<TokenPlace, string>>,
    actors: {
      chat: 'chat',
      eth: 'eth',
      pingLoop: 'pingLoop',
      run: 'run',
      line: 'the line',
      server: 'the server',
    } satisfies Readonly<Record<Actor, string>>,
    /** Of each stand, the words for who waits and for who can go on. */
    stands: {
      hearsTheEnd: 'hears closed, and will throw ShuttingDown',
      any: {
        begin: ['has not begun', 'has not begun'],
        token: ['waits for the token', 'has been given the token'],
        lock: ['waits for the lock', 'has got the lock'],
        sending: ['has its message on the line, and waits', 'has its write behind it'],
        news: ['waits for news', 'has news'],
        others: ['waits for the others to end', 'sees that the others have ended'],
        rest: ['has nothing to write', 'can leave'],
        over: ['is over', 'is over'],
      } satisfies Readonly<Record<TokenDoing, readonly [string, string]>> as Readonly<
        Record<TokenDoing, readonly [string, string]>
      >,
      own: {
        line: { sending: ['is empty', 'holds a message for B'] },
        run: {
          lock: ['waits for the lock, to say why', 'has got the lock, to say why'],
          sending: ['has its Disconnect on the line', 'has said why'],
        },
        server: {
          rest: [
            'waits until run takes its request',
            'sees that its request was taken',
          ],
          over: ['has asked to part', 'has asked to part'],
        },
      } as Readonly<
        Partial<Record<Actor, Partial<Record<TokenDoing, readonly [string, string]>>>>
      >,
    },
    letGo: (actor: string): string => `Let ${actor} go on`,
    goOn: 'Go on',
    wire: 'B has got:',
    nothing: 'nothing',
    words: {
      'chat 1': 'chat’s first',
      'chat 2': 'chat’s second',
      eth: 'eth’s message',
      Pong: 'the Pong',
      Disconnect: 'Disconnect',
    } satisfies Readonly<Record<Word, string>>,
    heard: (name: string, what: string): string => `${name}’s write ${what}.`,
    fates: {
      ShuttingDown: 'heard ShuttingDown',
      failed: 'failed: the connection was closed',
    },
    start: 'Nobody has begun yet.',
    went: (actor: string, stand: string): string => `${actor} went on, and ${stand}.`,
    done: (steps: number): string => `There it is, after ${steps} steps.`,
    never: (moments: number): string =>
      `It does not happen, in any of the ${moments} moments that these tasks can come to.`,
    right: 'You saw it coming.',
    wrong: 'You thought otherwise.',
    stuck: 'Nobody can go on. Take a step back, or begin again.',
    back: 'One step back',
    again: 'Begin again',
    table: {
      caption: 'What the tasks can come to',
      what: 'What',
      order: 'Who goes on, one after the other',
      never: 'never',
    },
  },
  ruler: {
    title: 'Both sides cut the codes',
    hint: 'Say what each side speaks. Each computes its table from its own list and the other’s, with the code of this page.',
    withoutScripts:
      'The switches need scripts. Without them, change a list on paper and lay the strips anew.',
    caption: 'What each side says in its Hello, and the codes that come of it.',
    yes: 'yes',
    no: 'no',
    protocol: 'Protocol',
    length: 'Codes',
    says: (side: string): string => `${side} says it`,
    speaks: (side: string, protocol: string): string => `${side} speaks ${protocol}`,
    table: (side: string): string => `${side}’s table`,
    base: 'base protocol',
    range: (first: number, last: number): string =>
      first === last ? `${first}` : `${first}–${last}`,
    none: '–',
    swollen: (name: string, length: number): string =>
      `B’s ${name} has ${length} codes, and still the same version`,
    same: 'The two tables are the same.',
    empty: 'Nothing in common: no table, and no peer.',
    differ: (code: number, a: string, b: string): string =>
      `The tables differ. Code ${code} is ${a} for A, and ${b} for B.`,
    message: (name: string, code: number): string => `message ${code} of ${name}`,
    nobody: 'nobody’s',
    reset: 'As it was',
  },
  helloBytes: {
    title: 'B’s Hello, and what A makes of it',
    hint: 'This is the Hello that B sends in the run. Pick a change, or choose a byte and type another. What A reads and answers is computed anew, with the code of this page.',
    withoutScripts:
      'To change a byte needs scripts. Without them, this is the Hello of the run, and what A makes of it.',
    picks: 'Changes to pick',
    pick: {
      'next-year': 'A sixth field',
      behind: 'A byte behind the list',
      version: 'Version 4',
      port: 'Port 30303',
      'zero-as-00': 'Port 0 as 00',
      'zero-id': 'An id of zeros',
      'other-id': 'One bit of the id',
      'other-name': 'les instead of eth',
      'too-big': '2,049 bytes',
    },
    label: 'The bytes of B’s Hello',
    odd: 'Not what belongs here.',
    read: 'What A reads',
    field: {
      version: 'version',
      name: 'name',
      caps: 'capabilities',
      port: 'listen port',
      id: 'node id',
    },
    asked: 'What A asks, in this order',
    check: {
      size: 'At most 2,048 bytes?',
      list: 'The list that a Hello is?',
      zero: 'An id that is not zero?',
      key: 'The id whose key B holds?',
      common: 'Something to talk about?',
    },
    state: { passed: 'yes', failed: 'no', 'not asked': 'not asked' },
    stays: (protocols: string, compresses: boolean): string =>
      `B becomes a peer. They speak ${protocols}, and ${
        compresses ? 'compress from here on.' : 'do not compress.'
      }`,
    told: (reason: number, why: string): string =>
      `B hears Disconnect ${reason}, “${why}”, and the connection closes.`,
    silent: 'B hears nothing, and the connection closes.',
    error: 'A’s own error:',
  },
  editBytes: {
    byte: (at: number, byte: string, field: string, isChanged: boolean): string =>
      `byte ${at}: ${byte}, ${field}${isChanged ? ', changed' : ''}`,
    end: 'behind the last byte',
    more: (count: number): string =>
      `and ${count.toLocaleString('en')} ${count === 1 ? 'byte' : 'bytes'} more`,
    place: (start: number, end: number): string =>
      end - start === 1 ? `byte ${start}` : `bytes ${start} to ${end - 1}`,
    chosen: (at: number): string => `Byte ${at} is`,
    append: 'One more byte',
    insert: 'Put 00 before it',
    remove: 'Take it out',
    undo: 'Undo',
    reset: 'As it was',
  },
  sorter: {
    title: 'Six trays for a message',
    hint: 'Make a message that B sends to A, over RLPx, where A runs eth/63 with it. Say where it ends up, and A’s own code sorts it.',
    withoutScripts:
      'The sorting needs scripts. These are the trays; the runs in the table further down say what lands in which.',
    message: 'The message',
    code: 'Code on the wire',
    codeRange: 'Code on the wire, 0 to 40',
    payload: 'Payload',
    zeros: (bytes: number): string => `${bytes.toLocaleString('en')} zero bytes`,
    chat: 'Both speak chat/1 too, with four codes',
    busy: 'A’s eth is in a handler, and takes nothing',
    pings: (count: number): string => `${count} Pings came right before it`,
    ask: 'Where does it end up? Choose a tray.',
    trays: {
      answered: { name: 'Answered', note: 'A sends a message back by itself.' },
      ignored: { name: 'Ignored', note: 'Nothing comes of it.' },
      handed: { name: 'Handed over', note: 'A protocol has it.' },
      waits: { name: 'It waits', note: 'readLoop stands still with it.' },
      told: { name: 'The end, with a reason', note: 'A closes, and B hears a number.' },
      silent: { name: 'The end, in silence', note: 'A closes, and B hears nothing.' },
    },
    chip: {
      code: (code: number): string => `code ${code}`,
      chat: '+ chat',
      busy: '+ busy',
      pings: '+ Pings',
    },
    verdict: (isRight: boolean, name: string): string =>
      isRight ? `Right: ${name}.` : `No, it is another: ${name}.`,
    why: {
      answered: 'pingLoop has sent the Pong, and readLoop is free.',
      ignored: 'The code is below 16, and asks for nothing. The next message is read.',
      handed: (protocol: string, code: number): string =>
        `${protocol} has taken it, as its own message ${code}.`,
      told: (reason: number, words: string): string =>
        `A closes with Disconnect ${reason}, “${words}”.`,
      silent: (error: string | undefined): string =>
        error === undefined
          ? 'Reading has failed, and that counts as trouble on the line.'
          : `Reading has failed, and that counts as trouble on the line. A’s log says: ${error}`,
      waitsForRoom: 'There is no room for another Ping until a Pong has been earned.',
      waitsForProtocol: 'Its owner does not take it, and nobody else may.',
    },
    tally: (right: number, asked: number): string =>
      `${right} of ${asked} guessed right.`,
    clear: 'Empty the trays',
  },
  bench: {
    title: 'The clock bench',
    withoutScripts: 'To choose and to guess needs scripts. These are all the runs.',
    choose:
      'What does B do? Unless it says otherwise, both handshakes and a good Status came before.',
    cases: {
      'clocks-silence': 'Its cable is pulled',
      'clocks-pings-alone': 'Sends a Ping every 10 s, answers none of A’s',
      'clocks-pongs-alone': 'Answers A’s Pings, says nothing else',
      'clocks-one-byte-each-20-s': 'Sends one byte of a message every 20 s',
      'clocks-one-ping-each-20-s': 'Sends a whole Ping every 20 s',
      'clocks-busy-line':
        'Asks for a header at 3, 9 and 14 s; then its cable is pulled',
      'clocks-busy-protocol':
        'Its cable is pulled, while A’s protocol never comes to read the Status',
      'clocks-deaf': 'Stops reading, and sends a Ping every 10 s',
      'clocks-deaf-to-long-answers':
        'Stops reading and writing, while A’s protocol has much to tell',
      'clocks-no-status': 'Says nothing from the handshakes on, not even its Status',
      'clocks-nothing-at-all': 'Opens the connection, and shakes no hands',
    } satisfies Readonly<Record<BenchCase, string>>,
    guess: 'Which clock of A ends it?',
    guesses: {
      handshake: 'that of the handshakes',
      status: 'that of Status',
      read: 'that of reading',
      write: 'that of writing',
      none: 'none within 100 s',
    } satisfies Readonly<Record<Guess, string>>,
    run: 'That is my guess',
    skip: 'Show me',
    saw: 'You saw it coming.',
    notSo: 'Not so.',
    clocks: {
      handshake: 'handshakes',
      status: 'Status',
      read: 'read',
      write: 'write',
      ping: 'ping',
      farewell: 'farewell',
    } satisfies Readonly<Record<Clock, string>>,
    idle: {
      handshake: '',
      status: '',
      read: 'does not run',
      write: 'no write has to wait',
      ping: 'does not run',
      farewell: '',
    } satisfies Readonly<Record<Clock, string>>,
    lane: (clock: string, seconds: number): string => `${clock}, ${seconds} s`,
    strikes: (clock: string, seconds: number, heard: string): string =>
      `The clock “${clock}” strikes at ${seconds} s. B hears ${heard}.`,
    stays: (seconds: number): string =>
      `No clock ends it. After ${seconds} s, B is still a peer.`,
    heardNothing: 'nothing',
    says: (side: string): string => `${side} says`,
    whats: {
      Ping: 'Ping',
      Pong: 'Pong',
      Disconnect: 'Disconnect',
      message: 'message',
      byte: 'byte',
    } satisfies Readonly<Record<Mark['what'], string>>,
    legend: {
      ran: 'a clock that runs',
      rest: 'what was left of it when it was stopped or set anew',
      struck: 'it strikes',
      last: 'it strikes, and A gives up',
    },
    inWords: 'The run in words',
    second: (ms: number): string => `${ms / 1000} s`,
    sends: (side: string, what: string): string => `${side} sends a ${what}`,
    struck: (clock: string): string => `the clock “${clock}” strikes`,
    table: {
      caption: 'All runs of the bench',
      what: 'What B does',
      clock: 'Clock',
      when: 'Strikes after',
      heard: 'B hears',
      none: 'none',
    },
  },
  peer: {
    title: 'One peer: its tasks and channels',
    key: 'Lines down are tasks. A line across is a channel, with an arrow at the task that receives; each small box is room for one value.',
    lit: (names: string): string => `In colour: ${names}.`,
    perProtocol: '× N',
    room: (capacity: number, perProtocol: boolean): string => {
      if (perProtocol) return `N + ${capacity} places`;
      if (capacity === 0) return 'no room';
      return capacity === 1 ? '1 place' : `${capacity} places`;
    },
    inOf: (lane: string): string => `${lane.split('/')[0] ?? lane}.in`,
    signal: 'a signal, given once',
    line: 'the connection: one reads, the others write',
    servers: 'the server’s',
    asTable: 'The same as a table',
    columns: {
      what: 'Channel',
      room: 'Room',
      from: 'Who sends',
      to: 'Who receives',
    },
    closes: (names: string): string => `${names} gives it`,
    startedBy: (task: string, by: string): string => `${by} starts ${task}`,
    starts: 'Who starts whom',
    lineRow: 'the connection',
    nobodyCloses:
      'A channel that carries values is never closed here; what ends a wait is the signal closed.',
    n: 'N is the number of protocols that both sides speak; eth/63 stands for each of them.',
  },
  leaks: {
    title: 'Leak detector',
    fault: 'The copy',
    faults: {
      none: 'ours, as it is',
      readErr: 'readErr without room; a report waits until it is taken',
      protoErr: 'protoErr without room; a report waits until it is taken',
      'protoErr-short': 'protoErr with one place too few; a report waits for a place',
      writeErr: 'writeErr without room; the result of a write waits until it is taken',
      'own-wait': 'note asks the chain something, and waits for the answer alone',
    },
    search: 'The orders',
    searches: {
      usual: 'the one of every day: first come, first served',
      one: 'all with at most one deviation from it',
      two: 'all with at most two',
      drawn: 'two hundred that are drawn',
    },
    guess: 'In how many is a task left?',
    guesses: {
      none: 'in none',
      some: 'in some',
      all: 'in all',
    },
    run: 'Run them',
    skip: 'Show me',
    saw: 'You saw it coming.',
    notSo: 'Not so.',
    came: (leaking: number, orders: number): string => {
      if (orders === 1) {
        return leaking === 0
          ? 'In this one order, nobody is left.'
          : 'In this one order, somebody is left.';
      }
      if (leaking === 0) return `In none of the ${orders} orders anybody is left.`;
      const times = leaking === orders ? 'all' : `${leaking}`;
      return `In ${times} of the ${orders} orders, somebody is left.`;
    },
    share: (leaking: number, orders: number): string => `${leaking} of ${orders}`,
    left: (tasks: readonly string[], orders: number): string => {
      const each = tasks.map((task) => {
        const channel = /^at (\w+)/.exec(task)?.[1];
        return channel === undefined
          ? task.replace(/^(\S+) \(recv (.*)\)$/, '$1, which waits for a value from $2')
          : `a task that has to report, at ${channel}`;
      });
      const times = orders === 1 ? 'in 1 order' : `in ${orders} orders`;
      return `${each.join('; ')} (${times})`;
    },
    key: 'Each order has its place in the bar, from left to right in the sequence in which they were run. Where it is red, somebody was left.',
    allRuns: 'In how many orders somebody is left',
  },
  rooms: {
    title: 'The same peer with other room',
    hint: 'Choose a channel, read what happens to the peer, guess, and then give the channel another room. Each answer was found by running the real Peer with that one channel replaced, in 40 orders of its tasks.',
    channel: 'Channel',
    has: (from: string, to: string, room: string): string =>
      `${from} to ${to}, ${room}.`,
    why: {
      in: 'A message is handed over when somebody takes it. Room here would be memory that a remote can fill.',
      pingRecv:
        'A Ping should not hold up what lies behind it. A flood of them should wait at its sender.',
      writeStart:
        'One token goes round, and while nobody writes, it has to lie somewhere.',
      writeErr:
        'One token, so one write at a time, so at most one result is on its way.',
      readErr: 'readLoop reports once, when it ends.',
      protoErr:
        'Each protocol reports once, when it ends, and pingLoop does if its write fails.',
      disc: 'Who asks for the end goes on when run has taken the request, or when the peer is ending anyway.',
    },
    situation: {
      in: 'eth works 700 ms on its first message. Twenty lie on the line.',
      pingRecv:
        'Each write takes 2 s. The remote has sent three Pings, and behind them a message for eth.',
      writeStart: 'eth has a message to write.',
      writeErr:
        'eth is writing when a Disconnect of the remote ends the peer. Then the write is over, and its result is reported.',
      readErr: 'A write of eth and a Disconnect of the remote end in the same moment.',
      'readErr-waits':
        'eth returns, and that ends the peer. The line is closed, and readLoop has to report.',
      protoErr: 'eth writes one message, and returns right behind it.',
      'protoErr-waits':
        'Two protocols run, and a Ping is being written, when somebody calls disconnect. Then all three have to report.',
      disc: 'eth has written a message. It asks for Disconnect 3, and right behind that it fails with an error of its own, which would be Disconnect 16.',
    },
    reports: {
      tries: 'Whoever reports tries once, as in our node.',
      waits: 'Whoever reports waits for room, as a plain send in Go does.',
    },
    isReport: ['writeErr', 'readErr', 'protoErr'],
    with: (capacity: number): string => {
      if (capacity === 0) return 'no room';
      return capacity === 1 ? '1 place' : `${capacity} places`;
    },
    asIs: 'as it is',
    run: 'Run it with',
    inOrders: (orders: number, all: number): string =>
      orders === all ? `In all ${all} orders` : `In ${orders} of ${all} orders`,
    fate: {
      ends: (): string => 'the peer ends, and none of its tasks is left',
      stands: (n: number): string =>
        n === 1
          ? 'one task stands at the channel for ever, and Peer.run never returns'
          : `${n} tasks stand at the channel for ever, and Peer.run never returns`,
      stays: (): string => 'the report is lost, and the peer lives on without an end',
      heard: (n: number): string => `the remote hears Disconnect ${n}`,
      written: (): string => 'the message reaches the remote',
      mute: (): string => 'no protocol ever gets the token, and nothing is written',
      ahead: (n: number): string =>
        n === 1
          ? 'one message is read that eth has not taken'
          : `${n} messages are read that eth has not taken`,
      handed: (n: number): string =>
        n === 0
          ? 'eth has its message at once'
          : `eth has its message after ${n / 1000} s`,
    },
    allRuns: 'The real Peer with one channel replaced, in 40 orders of its tasks',
    columns: {
      channel: 'Channel',
      situation: 'What happens',
      room: 'Room',
      came: 'What came of it',
    },
  },
  blocked: {
    title: 'Who is blocked on whom',
    withoutScripts:
      'To choose, to guess and to step needs scripts. These are all the runs, and who is held up at each moment.',
    rules:
      'At 0 ms B sends what the run says, and behind it a message for chat and a Ping; 100 ms later Disconnect 4. A handler that is busy is so for 700 ms with each message; the others take no time.',
    choose: 'Which run?',
    cases: {
      'waits-two': 'Two messages for eth, which is busy',
      'waits-one': 'One message for eth, which is busy',
      'waits-three': 'Three messages for eth, which is busy',
      'waits-chat-slow':
        'Two messages for chat, which is the busy one, and one for eth',
      'waits-for-ever': 'Two messages for eth, which is never through with the first',
      'waits-full-line':
        'Forty messages of 4 KiB for eth, which is never through, and nothing else',
      'waits-nobody': 'Two messages for eth; nobody is busy',
    } satisfies Readonly<Record<BlockedCase, string>>,
    moment: (at: number, of: number, ms: number): string =>
      `Moment ${at} of ${of}, at ${ms} ms`,
    guess: 'Who is held up, with something to do that it cannot come to?',
    parts: {
      B: 'B, which sends',
      readLoop: 'readLoop',
      'eth/63': 'eth/63',
      'chat/1': 'chat/1',
      pingLoop: 'pingLoop',
      runPeer: 'runPeer',
    } satisfies Readonly<Record<Part, string>>,
    say: 'That is my guess',
    nobodyIs: 'Nobody is',
    skip: 'Show me',
    saw: 'You saw it.',
    notSo: 'Not so.',
    nobody: 'Nobody is held up.',
    held: (names: string): string => `Held up: ${names}.`,
    list: (names: readonly string[]): string => {
      const last = names.at(-1) ?? '';
      return names.length < 2 ? last : `${names.slice(0, -1).join(', ')} and ${last}`;
    },
    message: (whose: Part, own: number): string => {
      if (whose === 'pingLoop') return 'a Ping';
      return whose === 'runPeer' ? 'a Disconnect' : `message ${own} of ${whose}`;
    },
    does: {
      reads: (): string => 'waits for bytes on the line.',
      hands: (to: string, msg: string): string => `holds ${msg}, and waits for ${to}.`,
      works: (_to: string, msg: string): string => `is busy with ${msg}.`,
      idle: (to: string): string => `waits for ${to} to bring something.`,
      writes: (_to: string, msg: string): string => `finds no room for ${msg}.`,
      ends: (to: string): string => `has said goodbye, and waits for the end of ${to}.`,
      over: (): string => 'is over.',
      cause: 'waits for the first cause to end.',
      sent: 'has sent what there is.',
    },
    short: {
      ...{ reads: 'reads', hands: 'hands over', works: 'busy', idle: 'waits' },
      ...{ writes: 'writes', ends: 'waits', over: 'over' },
    } satisfies Readonly<Record<Doing['what'], string>>,
    isHeld: 'It is held up.',
    heldBy: (name: string): string => `It is held up, in the end by ${name}.`,
    onLine: (count: number): string => `${count} on the line`,
    line: 'The line',
    lies: (messages: readonly string[], more: number): string => {
      if (messages.length === 0) return 'is empty.';
      const rest = more === 0 ? '' : `, and ${more} more`;
      return `has, the oldest first: ${messages.join(', ')}${rest}.`;
    },
    legend:
      'An arrow leads from who waits to whom it waits for: full, where there is something to do; dashed, where nothing has come.',
    next: 'The next moment',
    back: 'The one before',
    last: 'That was the last.',
    ms: (ms: number): string => `${ms} ms`,
    table: { what: 'Run', when: 'At', held: 'Held up', nobody: 'nobody' },
  },
  wire: {
    caption: (bytes: number) => `${bytes} bytes of the recorded run`,
    part: (bytes: number, all: number) =>
      `${bytes} of ${all} bytes of the recorded run`,
    field: 'Field',
    bytes: 'Bytes',
    meaning: 'What it is',
    place: (start: number, length: number) =>
      `from ${start}, ${length} ${length === 1 ? 'byte' : 'bytes'}`,
    more: (bytes: number) => `and ${bytes} more`,
  },
  traceFile: {
    choose: 'Trace file',
    drop: 'or drop it here',
    tooLarge: (name: string, mebibytes: number): string =>
      `${name} has ${mebibytes} MiB. At most 32 MiB can be played here.`,
    unreadable: (name: string, why: string): string =>
      `${name} could not be read: ${why}`,
    noTrace: (name: string, line: number, why: string): string =>
      `${name} is no trace of peerwalk. Line ${line}: ${why}.`,
    noSteps: (name: string): string => `${name} is a trace without a single step.`,
    leftOut: (before: number, after: number): string =>
      `It was cut when it was written: ${before} steps before the first one here and ${after} after the last are left out.`,
  },
  sentence: traceSentences,
  byteCount: en.trace.byteCount,
};

export type PartStrings = typeof parts;
