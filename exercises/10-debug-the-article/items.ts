import type { Choice, Item } from '#kit/answers.ts';

/** A part of a listing: `region` of a file of `impl/`. */
export interface Place {
  readonly file: string;
  readonly region: string;
  /** As a reader calls it. */
  readonly name: string;
}

const peer = 'p2p/peer.ts';
const protoRW = 'p2p/proto-rw.ts';

/** By region, which is also the id of the choice. */
export const places = [
  { file: 'p2p/server.ts', region: 'run-peer', name: 'Server.runPeer' },
  { file: 'p2p/events.ts', region: 'peer-feed', name: 'PeerFeed' },
  { file: peer, region: 'new-peer', name: 'the constructor of Peer' },
  { file: peer, region: 'peer-run', name: 'Peer.run' },
  { file: peer, region: 'first-cause', name: 'Peer.firstCause' },
  { file: peer, region: 'read-loop', name: 'Peer.readLoop' },
  { file: peer, region: 'peer-handle', name: 'Peer.handle' },
  { file: peer, region: 'start-protocols', name: 'Peer.startProtocols' },
  { file: peer, region: 'get-proto', name: 'Peer.getProto' },
  { file: protoRW, region: 'read-msg', name: 'ProtoRW.readMsg' },
  { file: protoRW, region: 'write-msg', name: 'ProtoRW.writeMsg' },
  { file: protoRW, region: 'match-protocols', name: 'matchProtocols' },
  { file: 'eth/handler.ts', region: 'run-closure', name: 'the run of eth' },
] as const satisfies readonly Place[];

export type Region = (typeof places)[number]['region'];

/** The place that decides a sentence, and a text that stands there and in no other choice. */
export interface Proof {
  readonly region: Region;
  readonly holds: string;
}

export interface Sentence {
  readonly id: string;
  readonly says: string;
  readonly why: string;
  /** What the place has to show. */
  readonly shows: string;
  readonly proof: Proof;
  readonly others: readonly Region[];
  /** What a place lacks that has something to do with it. */
  readonly lacks?: Readonly<Partial<Record<Region, string>>>;
  readonly whyThere: string;
}

export const sentences: readonly Sentence[] = [
  {
    id: 'feed',
    says: 'When a connection has become a peer, `runPeer` broadcasts that to its other peers, so that they know of it.',
    why: 'No node hears of it. In the run, A gets a second peer, and the first one gets not a single message.',
    shows: 'where such an event goes',
    proof: { region: 'peer-feed', holds: 'listener(event)' },
    others: ['run-peer', 'write-msg', 'start-protocols'],
    lacks: {
      'run-peer':
        '`runPeer` shows when an event is sent. Who gets it is not in its lines.',
    },
    whyThere:
      '`runPeer` calls `feed.send`, and what that does stands in `PeerFeed`: it calls each listener, a function of this process.',
  },
  {
    id: 'codes',
    says: 'A message that is neither Ping nor Pong is put into the channel of a protocol.',
    why: 'Every code below 16 ends in `handle`: a Disconnect, a second Hello, and codes that mean nothing. And a code that no protocol has goes into no channel either.',
    shows: 'what becomes of code 5',
    proof: { region: 'peer-handle', holds: 'msg.code < baseProtocolLength' },
    others: ['read-loop', 'get-proto', 'read-msg'],
    whyThere:
      '`if (msg.code < baseProtocolLength) return`: what is left of the base codes is ignored there, before any protocol is looked for.',
  },
  {
    id: 'one-task',
    says: 'For each peer there is one task that reads and writes its messages.',
    why: 'One task reads. Whoever has something to say writes it: in the run, three tasks of the peer do.',
    shows: 'in which task a message of a protocol is written',
    proof: { region: 'write-msg', holds: 'writer.writeMsg(' },
    others: ['read-loop', 'first-cause', 'peer-handle'],
    whyThere:
      '`writeMsg` waits for the token and then calls the transport itself, in the task of whoever has called it.',
  },
  {
    id: 'new-peer-ch',
    says: 'The channel `newPeerCh`, into which eth puts each new peer, seems to be of no use.',
    why: 'It is a gate. With nobody there to take the peer, eth does not even send its Status.',
    shows: 'eth waiting there',
    proof: { region: 'run-closure', holds: 'send(this.newPeerCh, peer)' },
    others: ['start-protocols', 'run-peer', 'new-peer'],
    whyThere:
      'The `run` of eth offers the peer on a channel without room, and calls `handle` when somebody has taken it.',
  },
  {
    id: 'offset',
    says: 'What a protocol gets from `readMsg` has come through a channel from `readLoop`, and its code is changed on the way.',
    why: 'It is so. On the line the message had code 16, and the protocol gets a 0.',
    shows: 'the code being changed',
    proof: { region: 'read-msg', holds: 'event.value.code - this.offset' },
    others: ['peer-handle', 'read-loop', 'get-proto'],
    whyThere:
      '`handle` looks at the code to find the owner and hands the message on as it is. `readMsg` subtracts the offset.',
  },
  {
    id: 'tasks',
    says: 'Each protocol that both sides speak runs in a task of its own, and to return without an error ends the peer too.',
    why: 'It is so. In the run there is a task for each of the two, and the one that returns ends both.',
    shows: 'a return being made an end',
    proof: { region: 'start-protocols', holds: 'new ProtocolReturned()' },
    others: ['peer-run', 'first-cause', 'new-peer'],
    lacks: {
      'first-cause':
        '`firstCause` shows that a report on `protoErr` is an end. What a return reports is not in its lines.',
    },
    whyThere:
      '`startProtocols` starts a task for each and puts a `ProtocolReturned` into `protoErr` behind its `run`. `firstCause` treats it as any other error.',
  },
  {
    id: 'running',
    says: 'The map that a new peer keeps, `running`, is the list of the protocols that our node supports.',
    why: 'It has what both sides speak, and of each name one version. In the run our node speaks three, and the map has one.',
    shows: 'what is left out of that map',
    proof: { region: 'match-protocols', holds: 'if (protocol === undefined) continue' },
    others: ['new-peer', 'start-protocols', 'get-proto'],
    lacks: {
      'new-peer':
        'The constructor fills the map with whatever matches. No line of it says what does.',
    },
    whyThere:
      'The constructor passes both lists on. `matchProtocols` goes through what the remote speaks, and skips what is not ours.',
  },
];

const isIt: readonly Choice[] = [
  { id: 'so', text: 'It is so' },
  { id: 'not-so', text: 'It is not so' },
];

function choiceOf(region: Region): Choice {
  const place = places.find((one) => one.region === region);
  return { id: region, text: `\`${place?.name ?? region}\`` };
}

/** The right one does not stand in the same place each time. */
function choicesOf({ proof, others }: Sentence, index: number): readonly Choice[] {
  return others.toSpliced(index % (others.length + 1), 0, proof.region).map(choiceOf);
}

export const placeOf = (id: string): string => `${id}-place`;

export const items: readonly Item[] = sentences.flatMap((sentence, index) => [
  {
    id: sentence.id,
    question: `${index + 1}. “${sentence.says}” Is it so?`,
    choices: isIt,
    why: sentence.why,
  },
  {
    id: placeOf(sentence.id),
    question: `${index + 1}. Which place shows ${sentence.shows}?`,
    choices: choicesOf(sentence, index),
    why: sentence.whyThere,
  },
]);
