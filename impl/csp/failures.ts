/** Where a fault of ours is told: a task that threw what nobody foresaw. */

export type FailureSink = (task: string, error: unknown) => void;

const toConsole: FailureSink = (task, error) => {
  console.error(`task ${task} failed:`, error);
};

let sink = toConsole;

/** Replaces the console, for the process; undefined: the console again. */
export function tellFailuresTo(next: FailureSink | undefined): void {
  sink = next ?? toConsole;
}

export function tellFailure(task: string, error: unknown): void {
  sink(task, error);
}
