/** Runs the steps of long work to their end without a pause. */
export function atOnce<T>(steps: Generator<undefined, T>): T {
  return pausesOf(steps)[1];
}

/** The same, and how often it would have paused. */
export function pausesOf<T>(steps: Generator<undefined, T>): [number, T] {
  for (let pauses = 0; ; pauses++) {
    const step = steps.next();
    if (step.done === true) return [pauses, step.value];
  }
}
