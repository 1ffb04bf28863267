/** What a remote B may say where its Hello is due, and what A makes of it: for chapter 3. */

import { discMsg, pingMsg } from '../p2p/base-protocol.ts';
import { readScenario, type NodeSpec, type Scenario, type Step } from './scenario.ts';

/** The fields of a Hello as RLP, each with its header; what a script changes of one. */
export interface HelloParts {
  readonly version: string;
  readonly name: string;
  readonly caps: string;
  readonly port: string;
  readonly id: string;
  /** Fields behind the last one, inside the list. */
  readonly tail: string;
  /** Bytes behind the list. */
  readonly behind: string;
}

const good: HelloParts = {
  version: '05',
  name: '86736372697074', // script
  caps: 'c6c5836574683f', // eth/63
  port: '80',
  id: 'b840{id}',
  tail: '',
  behind: '',
};

/** A Hello that is as ours but for `parts`. */
export function helloWith(parts: Partial<HelloParts> = {}): string {
  const { version, name, caps, port, id, tail, behind } = { ...good, ...parts };
  const fields = version + name + caps + port + id + tail;
  const length = fields.replace('{id}', '00'.repeat(64)).length / 2;
  return listHeader(length) + fields + behind;
}

function listHeader(length: number): string {
  if (length < 56) return (0xc0 + length).toString(16);
  const digits = length.toString(16);
  const bytes = digits.padStart(digits.length + (digits.length % 2), '0');
  return (0xf7 + bytes.length / 2).toString(16) + bytes;
}

/** A name so long that the Hello has as many bytes as that. */
function nameFor(total: number): string {
  const length = total - (helloWith({ name: '' }).length / 2 + 63 - 1) - 4;
  return `b9${length.toString(16).padStart(4, '0')}${'61'.repeat(length)}`;
}

interface Options {
  readonly transport?: 'rlpx';
  readonly steps?: readonly Step[];
  readonly a?: Partial<Omit<NodeSpec, 'kind'>>;
  readonly afterMs?: number;
  /** Somebody who has A's first place. */
  readonly first?: true;
}

const goodStatus: Step = { do: 'status' };

const rlpx = { transport: 'rlpx' } as const;

function says(first: object, options: Options = {}): Scenario {
  const { transport = 'plain', steps = [goodStatus], a = {} } = options;
  const c = { kind: 'script', steps: [goodStatus] };
  return readScenario({
    version: 1,
    nodes: {
      A: { kind: 'node', blocks: 8, ...a },
      ...(options.first === true && { C: c }),
      B: {
        kind: 'script',
        steps,
        ...first,
        ...(options.first === true && { dialsAtMs: [100] }),
      },
    },
    transport,
    quirks: [],
    stop: { afterMs: options.afterMs ?? 3_000 },
  });
}

function hello(parts: Partial<HelloParts>, options: Options = {}): Scenario {
  return says({ hello: helloWith(parts) }, options);
}

function instead(code: number, payload: string): Scenario {
  return says({ insteadOfHello: { code, payload } }, { ...rlpx, steps: [] });
}

const zeroId = `b840${'00'.repeat(64)}`;
/** No node of a scenario has it. */
const otherId = `b840${'7e'.repeat(64)}`;
const strange = 'c8c7856f7468657201'; // other/1

export const helloScenarios = {
  'hello-as-ours': hello({}),
  'hello-next-year': hello({ tail: '84665544338401020304' }),
  'hello-tail-of-lists': hello({ tail: 'c501c3020304' }),
  'hello-bytes-behind': hello({ behind: 'ffffff' }),
  'hello-port': hello({ port: '82765f' }),
  'hello-version-4': hello({ version: '04' }, rlpx),
  'hello-version-99': hello({ version: '63' }, rlpx),
  'hello-2048-bytes': hello({ name: nameFor(2048) }, rlpx),
  'hello-2049-bytes': hello({ name: nameFor(2049) }, rlpx),
  'hello-zero-as-00': hello({ port: '00' }),
  'hello-without-id': hello({ id: '' }),
  'hello-id-of-63': hello({ id: `b83f${'7e'.repeat(63)}` }),
  'hello-cap-of-three': hello({ caps: 'c7c6836574683f01' }),
  'hello-zero-id': hello({ id: zeroId }, rlpx),
  'hello-other-id': hello({ id: otherId }, rlpx),
  'hello-other-id-strange': hello({ id: otherId, caps: strange }),
  'hello-zero-id-full': hello({ id: zeroId }, { first: true, a: { maxPeers: 1 } }),
  'hello-no-caps': hello({ caps: 'c0' }, rlpx),
  'hello-is-disconnect': instead(discMsg, 'c104'),
  'hello-is-bare-disconnect': instead(discMsg, '04'),
  'hello-is-ping': instead(pingMsg, 'c0'),
  'hello-is-status': instead(16, 'c0'),
  'hello-is-empty-list': says({ hello: 'c0' }),
  'hello-is-missing': says(
    { insteadOfHello: 'nothing' },
    { ...rlpx, steps: [], afterMs: 7_000 },
  ),
} as const satisfies Readonly<Record<string, Scenario>>;
