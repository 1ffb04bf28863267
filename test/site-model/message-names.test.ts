/** What the player calls a message is what the run shows that its code means. */

import { beforeAll, describe, expect, it } from 'vitest';
import { initCrypto } from '#crypto';
import { traceFields } from '../../.vitepress/lab/fields.ts';
import { messageName, withNames } from '../../.vitepress/lab/message-names.ts';
import type { Trace, TraceEvent } from '../../impl/csp/trace.ts';
import { messageName as nameInNode, protocolLength } from '../../impl/eth/protocol.ts';
import { baseProtocolLength } from '../../impl/p2p/base-protocol.ts';
import { runScenario } from '../../impl/sim/run-scenario.ts';
import { waitingScenarios } from '../../impl/sim/waiting-scenarios.ts';

const head: Trace['head'] = {
  peerwalkTrace: 1,
  code: '',
  scenario: 'test',
  seed: '',
  schedule: '',
};

/** The names of codes in a run in which these protocols have tasks. */
function names(
  protocols: readonly string[],
  codes: readonly number[],
  event: Partial<TraceEvent> = { e: 'msg' },
): string[] {
  const tasks = protocols.map((k) => ({ k, e: 'start' as const }));
  const messages = codes.map((code) => ({
    ...{ k: 'readLoop', e: 'msg' as const, msg: { code, size: 1 } },
    ...event,
  }));
  const events = [...tasks, ...messages].map((one, i) => ({ i, t: 0, n: 'A', ...one }));
  const named = withNames({ head, events, bytes: [] }).events;
  return named.flatMap(({ msg }) => (msg === undefined ? [] : [messageName(msg)]));
}

describe('a message', () => {
  it('of the base protocol has its name always', () => {
    const expected = ['Hello', 'Disconnect', 'Ping', 'Pong', 'code 4'];
    expect(names([], [0, 1, 2, 3, 4])).toEqual(expected);
  });

  it('of eth has its name where eth runs, and no protocol comes before it', () => {
    expect(names(['eth/63'], [16, 18, 32, 33])).toEqual(
      ...[['Status', 'Transactions', 'Receipts', 'code 33']],
    );
    expect(names(['note/1', 'eth/63#2'], [16, 33])).toEqual(['Status', 'code 33']);
    expect(names(['chat/1', 'eth/63'], [16, 21])).toEqual(['code 16', 'code 21']);
  });

  it('has no name of eth where no eth runs', () => {
    expect(names(['note/1'], [16, 17])).toEqual(['code 16', 'code 17']);
    expect(names([], [16])).toEqual(['code 16']);
  });

  it.each([62, 63] as const)(
    'of eth/%i has the name that the node has for it',
    (version) => {
      const codes = Array.from({ length: protocolLength(version) }, (_, code) => code);
      const onWire = codes.map((code) => baseProtocolLength + code);
      const known = codes.map((code) => !/^code/.test(nameInNode(code)));
      const expected = codes.map((code, i) =>
        known[i] === true ? nameInNode(code) : `code ${onWire[i] ?? NaN}`,
      );
      expect(names([`eth/${version}`], onWire)).toEqual(expected);
      const next = baseProtocolLength + codes.length;
      expect(names([`eth/${version}`], [next])).toEqual([`code ${next}`]);
    },
  );

  it('has the names of its version', () => {
    expect(names(['eth/62', 'note/1'], [23, 29])).toEqual(['NewBlock', 'code 29']);
  });

  it('in a pipe between two protocols has the codes of the protocol', () => {
    const chan = { id: 1, name: 'pipe A→B', op: 'send' as const };
    expect(names(['eth/63'], [0, 4], { e: 'send', chan })).toEqual(
      ...[['Status', 'BlockHeaders']],
    );
    expect(names(['chat/1'], [0], { e: 'send', chan })).toEqual(['code 0']);
  });
});

describe('the run of the waits', () => {
  let trace: Trace;
  beforeAll(async () => {
    await initCrypto();
    const played = await runScenario(waitingScenarios['waits-table'], { record: true });
    if (played.trace === undefined) throw new Error('not recorded');
    ({ trace } = played);
  });

  it('has chat before eth, so no code of it is taken for one of eth', () => {
    const own = trace.events.filter(({ msg }) => (msg?.code ?? 0) >= 16);
    expect(own.length).toBeGreaterThan(5);
    const named = withNames(trace).events.map(({ msg }) => msg && messageName(msg));
    for (const { i, msg } of own) expect(named[i]).toBe(`code ${msg?.code ?? NaN}`);
    const fields = traceFields(trace);
    expect(own.filter(({ i }) => fields[i] !== undefined)).toEqual([]);
  });
});
