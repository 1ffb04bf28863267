/** Programs over channels: random ones, and what runs them on impl/csp. */

import fc from 'fast-check';
import { Chan } from '../../impl/csp/chan.ts';
import { Done } from '../../impl/csp/done.ts';
import { runtime } from '../../impl/csp/runtime.ts';
import { recv, select, send, trySelect, type Case } from '../../impl/csp/select.ts';
import { WaitGroup } from '../../impl/csp/wait-group.ts';
import { describe, type Op, type Program, type SelectCase } from './model.ts';

export interface Run {
  /** Starts all tasks, and waits for them; to be called by a task. */
  readonly main: () => Promise<void>;
  /** What can be seen now, written as the model writes it. */
  readonly outcome: () => string;
}

/** Lays a program out on impl/csp. Objects take the runtime of this moment. */
export function prepare(program: Program): Run {
  const channels = program.channels.map((size, n) => new Chan<number>(`c${n}`, size));
  const dones = Array.from({ length: program.dones }, (_, n) => new Done(`d${n}`));
  const logs: string[][] = program.tasks.map(() => []);
  const ended = program.tasks.map(() => false);
  const others = new WaitGroup();
  const group = new WaitGroup();

  function caseOf(entry: SelectCase): Case<unknown> {
    if (entry.op === 'wait') return recv(dones[entry.done]);
    const channel = channels[entry.ch];
    return entry.op === 'recv' ? recv(channel) : send(channel, entry.value);
  }

  async function perform(op: Op): Promise<string> {
    switch (op.op) {
      case 'send':
        await channels[op.ch]?.send(op.value);
        return 'sent';
      case 'recv':
        return `got ${(await channels[op.ch]?.recv()) ?? NaN}`;
      case 'wait':
        await dones[op.done]?.wait();
        return 'stopped';
      case 'close':
        dones[op.done]?.close();
        // Go may switch tasks here too; ours does not, so the test says so.
        return runtime().ready('closed');
      case 'join':
        await group.wait();
        return 'joined';
      case 'select': {
        const cases = Object.fromEntries(
          op.cases.map((entry, nth) => [`case ${nth}`, caseOf(entry)]),
        );
        const chosen = op.orElse
          ? await runtime().ready(trySelect(cases))
          : await select(cases);
        if (chosen === undefined) return 'else';
        const entry = op.cases[Number(chosen.case.slice('case '.length))];
        if (entry?.op === 'recv') return `${chosen.case}: got ${String(chosen.value)}`;
        return `${chosen.case}: ${entry?.op === 'send' ? 'sent' : 'stopped'}`;
      }
    }
  }

  return {
    main: async () => {
      program.tasks.forEach((ops, task) => {
        const owner = program.group.includes(task) ? group : others;
        owner.go(`t${task}`, async () => {
          for (const op of ops) logs[task]?.push(await perform(op));
          ended[task] = true;
        });
      });
      await others.wait();
      await group.wait();
    },
    outcome: () => {
      const buffers = channels.map((channel) =>
        Array.from({ length: channel.length }, () => channel.tryRecv()?.value ?? NaN),
      );
      return describe({ logs, ended, buffers });
    },
  };
}

export interface Sizes {
  readonly tasks: number;
  readonly ops: number;
  readonly channels: number;
}

/** Random programs; every value that is sent is sent in one place only. */
export function programs({ tasks, ops, channels }: Sizes): fc.Arbitrary<Program> {
  const ch = fc.nat(channels - 1);
  const done = fc.nat(1);
  const sendOp = fc.record({ op: fc.constant('send' as const), ch });
  const recvOp = fc.record({ op: fc.constant('recv' as const), ch });
  const waitOp = fc.record({ op: fc.constant('wait' as const), done });
  const closeOp = fc.record({ op: fc.constant('close' as const), done });
  const joinOp = fc.record({ op: fc.constant('join' as const) });
  const selectOp = fc.record({
    op: fc.constant('select' as const),
    // Go leaves open which of two equal cases a waiting select serves.
    cases: fc.uniqueArray(fc.oneof(sendOp, recvOp, waitOp), {
      minLength: 1,
      maxLength: 3,
      selector: (entry) => `${entry.op} ${entry.op === 'wait' ? entry.done : entry.ch}`,
    }),
    orElse: fc.oneof({ weight: 3, arbitrary: fc.constant(false) }, fc.boolean()),
  });
  const op = fc.oneof(
    { weight: 4, arbitrary: sendOp },
    { weight: 4, arbitrary: recvOp },
    { weight: 5, arbitrary: selectOp },
    { weight: 1, arbitrary: waitOp },
    { weight: 2, arbitrary: closeOp },
    { weight: 1, arbitrary: joinOp },
  );
  return fc
    .record({
      channels: fc.array(fc.nat(2), { minLength: channels, maxLength: channels }),
      tasks: fc.array(fc.array(op, { minLength: 1, maxLength: ops }), {
        minLength: 2,
        maxLength: tasks,
      }),
      group: fc.subarray(Array.from({ length: tasks }, (_, task) => task)),
    })
    .map(({ channels, tasks, group }) => {
      let value = 0;
      const number = <T extends { op: string }>(entry: T): T =>
        entry.op === 'send' ? { ...entry, value: ++value } : entry;
      return {
        channels,
        dones: 2,
        group: group.filter((task) => task < tasks.length),
        tasks: tasks.map((list) =>
          list.map((entry) =>
            entry.op === 'select'
              ? { ...entry, cases: entry.cases.map(number) }
              : number(entry),
          ),
        ),
      } as Program; // the values that `number` adds are what the types lack
    });
}
