import { loadStill, type Still } from '../build/trace-still.ts';

/** Of the run on the front page. `null` where there is none, for it travels as JSON. */
declare const data: Still | null;
export { data };

export default {
  watch: ['../../docs/traces/meet.jsonl'],
  load(): Still | null {
    return loadStill('meet') ?? null;
  },
};
