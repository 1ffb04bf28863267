/** Snappy blocks that no encoder makes, and claims that no message may make. */

import { concat, fromHex } from '../../impl/bytes.ts';
import { getBlockHeadersMsg } from '../../impl/eth/protocol.ts';
import { compress } from '../../impl/p2p/rlpx/snappy-encoder.ts';
import { alsoOverTCP, battery, type Case, type StrangerCase } from './harness.ts';
import { ethCode } from './stranger.ts';

const aPiece = 65_536;
const getHeaders = ethCode(getBlockHeadersMsg);
/** A code of the base protocol that means nothing. */
const reserved = 4;

function block(
  fields: Pick<StrangerCase, 'id' | 'title' | 'why' | 'most'>,
  code: number,
  data: Uint8Array,
): StrangerCase {
  return {
    ...fields,
    after: 'Status',
    act: (stranger) => stranger.frame(code, data),
    ends: 'closed',
  };
}

/** The length as Snappy writes it. */
function varint(value: number): Uint8Array {
  const bytes: number[] = [];
  for (let left = value; ; left = Math.floor(left / 128)) {
    if (left < 128) return Uint8Array.from([...bytes, left]);
    bytes.push((left % 128) | 0x80);
  }
}

/** One zero, then `copies` times 64 more: three bytes each. */
function copiesOf(claim: number, copies: number): Uint8Array {
  const ops = new Uint8Array(3 * copies);
  for (let at = 0; at < ops.length; at += 3) ops.set([0xfe, 1, 0], at);
  return concat(varint(claim), Uint8Array.of(0, 0), ops);
}

const bad = (code: string): string => `SnappyError ${code}`;

const cases: Case[] = [
  ...(
    [
      ['', 'nothing', 'bad-length'],
      ['ffffff', 'a length that is cut off', 'bad-length'],
      ['ffffffffff0f00', 'a length above 2^32 − 1', 'bad-length'],
      ['80808080808000', 'a length of six bytes', 'bad-length'],
    ] as const
  ).map(([data, title, why]) =>
    block({ id: 'H-43', title, why: bad(why) }, getHeaders, fromHex(data)),
  ),
  block(
    {
      id: 'H-44',
      title: 'a claim of 2^24 − 1 over one byte',
      why: bad('too-little-output'),
    },
    getHeaders,
    fromHex('ffffff070000'),
  ),
  block(
    { id: 'H-44', title: 'the same, over half an element', why: bad('truncated') },
    getHeaders,
    fromHex('ffffff0700'),
  ),
  block(
    { id: 'H-46', title: 'an uncompressed list', why: bad('bad-length') },
    getHeaders,
    fromHex('c0'),
  ),
  alsoOverTCP(
    block(
      {
        id: 'H-46a',
        title: 'a bomb of 16 MiB on a code that is ignored',
        why: 'FrameError too-big',
        most: { asks: aPiece, holds: 800_000, work: 'bomb' },
      },
      reserved,
      copiesOf(2 ** 24 - 1, 262_143),
    ),
  ),
  ...[2, 3, reserved, 15].map((code) =>
    block(
      { id: 'H-46a', title: `2049 bytes on code ${code}`, why: 'FrameError too-big' },
      code,
      compress(new Uint8Array(2_049)),
    ),
  ),
  block(
    {
      id: 'H-46c',
      title: 'three megabytes of copies behind a claim of one byte',
      why: bad('too-much-output'),
      most: { asks: aPiece, holds: 3_000_032, work: 'copies' },
    },
    getHeaders,
    copiesOf(1, 1_000_000),
  ),
  block(
    { id: 'H-46c', title: 'a copy from before the first byte', why: bad('bad-offset') },
    getHeaders,
    fromHex('08fe0100'),
  ),
  {
    ...block(
      {
        id: 'H-46d',
        title: 'an eth message that says it has more than 10 MiB',
        why: 'EthError msg-too-large',
        most: { asks: aPiece, holds: 520_000, work: 'tooLarge' },
      },
      getHeaders,
      copiesOf(10 * 2 ** 20 + 1, 163_840),
    ),
    ends: { disconnect: 16 },
    tcp: true,
  },
];

battery('Snappy', 'snappy', cases);
