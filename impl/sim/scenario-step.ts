/** A step of a script, and its schema. */

import { hex, integer, object, oneOf, onlyKeys } from './scenario-fields.ts';

/** What a scripted remote does, one after the other, once both handshakes are done. */
export type Step =
  | {
      readonly do: 'status';
      readonly networkId?: number;
      readonly genesis?: 'other';
      readonly version?: number;
      /** On the wire. Where eth is the first protocol, 16. */
      readonly code?: number;
    }
  | { readonly do: 'send'; readonly code: number; readonly payload: string }
  /** As they are on the line, a part of a message perhaps. */
  | { readonly do: 'bytes'; readonly hex: string }
  | { readonly do: 'disconnect'; readonly reason: number }
  | { readonly do: 'sleep'; readonly ms: number }
  | { readonly do: 'close' };

interface StepLimits {
  readonly payloadBytes: number;
  readonly afterMs: number;
}

const stepKeys = {
  status: ['networkId', 'genesis', 'version', 'code'],
  send: ['code', 'payload'],
  bytes: ['hex'],
  disconnect: ['reason'],
  sleep: ['ms'],
  close: [],
} as const;

export function readStep(value: unknown, most: StepLimits, at: string): Step {
  const step = object(value, at);
  const kinds = ['status', 'send', 'bytes', 'disconnect', 'sleep', 'close'] as const;
  const kind = oneOf(step['do'], kinds, `${at}.do`);
  onlyKeys(step, ['do', ...stepKeys[kind]], `${at}.`);
  switch (kind) {
    case 'status': {
      const { networkId, genesis, version, code } = step;
      return {
        do: 'status',
        ...(networkId === undefined
          ? {}
          : { networkId: integer(networkId, 2 ** 32, `${at}.networkId`) }),
        ...(genesis === undefined
          ? {}
          : { genesis: oneOf(genesis, ['other'], `${at}.genesis`) }),
        ...(version !== undefined && {
          version: integer(version, 255, `${at}.version`),
        }),
        ...(code !== undefined && { code: integer(code, 255, `${at}.code`) }),
      };
    }
    case 'send':
      return {
        do: 'send',
        code: integer(step['code'], 255, `${at}.code`),
        payload: hex(step['payload'], most.payloadBytes, `${at}.payload`),
      };
    case 'bytes':
      return { do: 'bytes', hex: hex(step['hex'], most.payloadBytes, `${at}.hex`) };
    case 'disconnect':
      return {
        do: 'disconnect',
        reason: integer(step['reason'], 2 ** 32, `${at}.reason`),
      };
    case 'sleep':
      return {
        do: 'sleep',
        ms: integer(step['ms'], most.afterMs, `${at}.ms`),
      };
    case 'close':
      return { do: 'close' };
  }
}
