/** One sentence for a step, from its kind and its names. */
import type { TraceEvent } from '../../../impl/csp/trace.ts';
import type { Strings } from '../strings/en.ts';
import { crossingOf } from './model.ts';

export function sentence(event: TraceEvent, size: number, strings: Strings): string {
  const say = strings.trace.sentence;
  const task = event.k;
  const value = event.v ?? '';
  const channel = event.ch ?? '';
  const bytes =
    size > 0 ? strings.trace.byteCount(size) : value === '' ? say.bytes : value;
  const crossing = crossingOf(event);
  if (crossing !== undefined) {
    const what =
      crossing.size === '' ? crossing.name : `${crossing.name} (${crossing.size})`;
    return crossing.direction === 'out' ? say.out(task, what) : say.in(task, what);
  }
  switch (event.e) {
    case 'start':
      return value === '' ? say.start(task) : say.startBy(task, value);
    case 'end':
      return value === '' ? say.end(task) : say.endWith(task, value);
    case 'block': {
      const on = (event.on ?? '').split(' | ').join(say.or);
      return on === '' ? say.blockPlain(task) : say.block(task, on);
    }
    case 'wake':
      return say.wake(task);
    case 'send':
      return say.send(task, channel, value === '' ? say.value : value);
    case 'recv':
      return say.recv(task, channel, value === '' ? say.value : value);
    case 'select':
      return channel === '' ? say.select(task, value) : say.selectFrom(task, channel);
    case 'read':
      return say.read(task, bytes);
    case 'write':
      return say.write(task, bytes);
    case 'msg':
      return say.msg(task, value);
    case 'event':
      return value.startsWith('go ')
        ? say.startBy(value.slice(3), task)
        : say.event(task, value);
  }
}
