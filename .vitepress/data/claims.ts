/**
 * What a choice of a prediction claims about a run, read off its words, so that the
 * build can tell whether the run agrees. A choice says what the remote hears:
 *
 *   `Nothing…`          no Disconnect, and the connection ends
 *   `Disconnect 4…`     this reason; a text in quotes after it must be its text
 *   `It stays…`         the connection lives on; `Message 3…`: and this code came
 *                       (`without a Pong`: and none came)
 *
 * and, if it likes, when (`after 5 s`, `at 100 ms`), and whether A has struck the peer off
 * by the end of the run (`still in its table`, `out of its table`).
 */
import { pongMsg } from '../../impl/p2p/base-protocol.ts';
import { discReasonText } from '../../impl/p2p/peer-error.ts';
import type { Ending } from './outcomes.ts';

export interface Claims {
  readonly heard: number | 'nothing' | 'stays';
  /** A message that must have come. */
  readonly code?: number;
  /** One that must not. */
  readonly without?: number;
  readonly atMs?: number;
  readonly inTable?: boolean;
}

/** What a claim is compared with. */
export type Judged = Pick<Ending, 'heard' | 'codes' | 'endedAtMs' | 'leftAtMs'>;

export function claimsOf(choice: string): Claims | undefined {
  const time = /\b(?:at|after) (\d+(?:\.\d+)?) (ms|s)\b/.exec(choice);
  const table = /\b(still in|out of) its table\b/.exec(choice);
  const when = {
    ...(time !== null && {
      atMs: Math.round(Number(time[1]) * (time[2] === 's' ? 1000 : 1)),
    }),
    ...(table !== null && { inTable: table[1] === 'still in' }),
  };
  const reason = /^`?Disconnect (\d+)`?(?:,? “([^”]*)”)?/.exec(choice);
  if (reason !== null) {
    const heard = Number(reason[1]);
    const isText = reason[2] === undefined || reason[2] === discReasonText(heard);
    return isText ? { heard, ...when } : undefined;
  }
  if (/^Nothing\b/.test(choice)) return { heard: 'nothing', ...when };
  const message = /^Message (\d+)\b/.exec(choice);
  if (message !== null) return { heard: 'stays', code: Number(message[1]), ...when };
  if (!/^It stays\b/.test(choice)) return undefined;
  const without = /\bwithout a Pong\b/.test(choice) ? { without: pongMsg } : {};
  return { heard: 'stays', ...without, ...when };
}

export function agrees(claims: Claims, ending: Judged): boolean {
  if (claims.code !== undefined && !ending.codes.includes(claims.code)) return false;
  if (claims.without !== undefined && ending.codes.includes(claims.without))
    return false;
  const isInTable = ending.leftAtMs === undefined;
  if (claims.inTable !== undefined && claims.inTable !== isInTable) return false;
  const endMs = ending.endedAtMs ?? ending.leftAtMs;
  if (claims.atMs !== undefined && claims.atMs !== endMs) return false;
  if (claims.heard === 'stays') return endMs === undefined;
  if (claims.heard === 'nothing')
    return endMs !== undefined && ending.heard === undefined;
  return ending.heard === claims.heard;
}
