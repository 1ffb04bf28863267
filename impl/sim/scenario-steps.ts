/** What a scripted remote does, step by step, and the bytes that it sends. */

import {
  hex,
  integer,
  object,
  oneOf,
  onlyKeys,
  scenarioLimits,
} from './scenario-fields.ts';

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
  | { readonly do: 'disconnect'; readonly reason: number }
  | { readonly do: 'sleep'; readonly ms: number }
  | { readonly do: 'close' };

const stepKeys = {
  status: ['networkId', 'genesis', 'version', 'code'],
  send: ['code', 'payload'],
  disconnect: ['reason'],
  sleep: ['ms'],
  close: [],
} as const;

/** @throws {ScenarioError} with the place that breaks the schema */
export function readStep(value: unknown, at: string): Step {
  const step = object(value, at);
  const kinds = ['status', 'send', 'disconnect', 'sleep', 'close'] as const;
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
    case 'send': {
      return {
        do: 'send',
        code: integer(step['code'], 255, `${at}.code`),
        payload: payload(step['payload'], `${at}.payload`),
      };
    }
    case 'disconnect':
      return {
        do: 'disconnect',
        reason: integer(step['reason'], 2 ** 32, `${at}.reason`),
      };
    case 'sleep':
      return {
        do: 'sleep',
        ms: integer(step['ms'], scenarioLimits.afterMs, `${at}.ms`),
      };
    case 'close':
      return { do: 'close' };
  }
}

/**
 * Bytes that a script sends, as hex.
 *
 * @param name may stand for bytes that are put in later
 */
export function payload(value: unknown, at: string, name?: string): string {
  return hex(value, scenarioLimits.payloadBytes, at, name);
}
