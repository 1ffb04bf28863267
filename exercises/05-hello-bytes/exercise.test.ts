import { expect, it } from 'vitest';
import { fromHex, toHex } from '#impl/bytes.ts';
import { discReasonText } from '#impl/p2p/peer-error.ts';
import { decodeHello } from '#impl/p2p/rlpx/hello.ts';
import { runScenario } from '#impl/sim/run-scenario.ts';
import { readScenario } from '#impl/sim/scenario.ts';
import { editOf } from '#kit/edits.ts';
import { opensAt, whereRead } from '#kit/steps.ts';
import { edits } from './exercise.ts';
import { items, type Answer, type Task } from './items.ts';

/** B dials A and says `hello`, and no more: a peer has 5 s for its Status. */
async function sendHello(hello: Uint8Array): Promise<Answer['heard']> {
  const scenario = readScenario({
    version: 1,
    nodes: {
      A: { kind: 'node', blocks: 8 },
      B: { kind: 'script', hello: toHex(hello), steps: [] },
    },
    transport: 'plain',
    quirks: [],
    stop: { afterMs: 3_000, when: 'parted' },
  });
  // The seed decides the id of B, which stands in the Hello that is offered.
  const { outcome } = await runScenario(scenario, { seed: '1', schedule: '' });
  if (outcome.status !== 'done') throw new Error(`the run: ${outcome.status}`);
  const { reason, endedAtMs } = outcome.value.scripts['B'] ?? {};
  return endedAtMs === undefined ? 'stays' : (reason ?? 'nothing');
}

function inWords(heard: Answer['heard']): string {
  if (heard === 'stays') return 'a Status: B is a peer';
  if (heard === 'nothing') return 'no word: the line closes';
  return `reason ${heard}, “${discReasonText(heard)}”`;
}

function lengthOf({ bytes }: Task, edited: Uint8Array): string {
  const more = listLength(edited) - listLength(fromHex(bytes));
  if (more !== 0) return more > 0 ? 'longer list' : 'shorter list';
  const behind = edited.length - bytes.length / 2;
  return behind === 0 ? 'same' : 'same list, more bytes behind it';
}

/** For a message whose list may say anything of its length. */
function sizeOf({ bytes }: Task, edited: Uint8Array): string {
  const more = edited.length - bytes.length / 2;
  return more === 0 ? 'same' : more > 0 ? 'longer' : 'shorter';
}

/** How many bytes the elements take, as the first bytes say. */
function listLength(hello: Uint8Array): number {
  const [first = 0xc0] = hello;
  if (first < 0xf8) return first - 0xc0;
  return Number(`0x${toHex(hello.subarray(1, 1 + first - 0xf7))}`);
}

/** The five elements, as A reads them. */
function elements(hello: Uint8Array): string[] {
  const { version, name, caps, listenPort, id } = decodeHello(hello);
  const all = caps.map((cap) => `${cap.name}/${cap.version}`);
  return [`version ${version}`, name, all.join(), `port ${listenPort}`, toHex(id)];
}

it.each(items.map((item) => [item.task, item] as const))('%s', async (_, item) => {
  const edited = editOf(item, edits);
  const { heard, length } = item.answer;
  const seen = await sendHello(edited);
  opensAt(whereRead('A', edited));
  expect(inWords(seen), 'A answers with').toBe(inWords(heard));
  if (length === undefined) return;
  const compared = length === 'same' ? sizeOf(item, edited) : lengthOf(item, edited);
  expect(compared, 'the message, compared with before').toBe(length);
  if (heard !== 'stays') return;
  expect(elements(edited), 'what A reads').toEqual(elements(fromHex(item.bytes)));
});
