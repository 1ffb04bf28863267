/** Playing a run by itself: how fast, through which of its steps, and its end. */
import { ref, watch, type Ref } from 'vue';

/** How many times as fast as usual. */
export const speeds = [0.5, 1, 2, 4] as const;
export type Speed = (typeof speeds)[number];

const tickMs = 420;
/** To read a message takes longer than to see a small step. */
const messageMs = 1_100;

export interface PlayingOptions {
  /** Where the play stands, and where it goes on. */
  readonly step: Readonly<Ref<number>>;
  readonly last: Readonly<Ref<number>>;
  /** The step after `from`: of all that are worth a stop, or of messages alone. */
  next(from: number, messagesOnly: boolean): number;
  show(step: number): void;
  /** It came to the end by itself. */
  onEnd(): void;
}

export interface Playing {
  readonly playing: Ref<boolean>;
  readonly speed: Ref<Speed>;
  readonly messagesOnly: Ref<boolean>;
  /** @param everyMs instead of the usual pace */
  play(everyMs?: number): void;
  pause(): void;
}

export function usePlaying(options: PlayingOptions): Playing {
  const { step, last, show } = options;
  const playing = ref(false);
  const speed = ref<Speed>(1);
  const messagesOnly = ref(false);
  let ticker: ReturnType<typeof setInterval> | undefined;

  function pause(): void {
    clearInterval(ticker);
    playing.value = false;
  }
  function tick(): void {
    show(options.next(step.value, messagesOnly.value));
    if (step.value < last.value) return;
    pause();
    options.onEnd();
  }
  function start(everyMs: number): void {
    clearInterval(ticker);
    playing.value = true;
    ticker = setInterval(tick, everyMs);
  }
  function pace(): number {
    return (messagesOnly.value ? messageMs : tickMs) / speed.value;
  }
  function play(everyMs = pace()): void {
    if (playing.value || last.value === 0) return;
    if (step.value >= last.value) show(0);
    start(everyMs);
  }
  watch([speed, messagesOnly], () => {
    if (playing.value) start(pace());
  });
  return { playing, speed, messagesOnly, play, pause };
}
