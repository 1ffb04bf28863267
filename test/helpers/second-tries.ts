/**
 * Names the tests that passed only at a second try, with what went wrong at the first: a
 * race or a seed that fails once in a while must not hide behind a green run.
 */
import { writeFileSync } from 'node:fs';
import type { Reporter, TestModule } from 'vitest/node';

export class SecondTries implements Reporter {
  readonly #file: string;

  /** @param file is written anew: a line for each such test */
  constructor(file: string) {
    this.#file = file;
  }

  onTestRunEnd(modules: readonly TestModule[]): void {
    const lines = modules.flatMap((module) => [...linesOf(module)]);
    writeFileSync(this.#file, lines.join(''));
    if (lines.length > 0)
      console.error(`passed only at a second try:\n${lines.join('')}`);
  }
}

function* linesOf(module: TestModule): Generator<string> {
  for (const test of module.children.allTests()) {
    if (test.diagnostic()?.flaky !== true) continue;
    const message = test.result().errors?.[0]?.message ?? '';
    yield `${module.relativeModuleId} > ${test.fullName}: ${message.replaceAll(/\s+/g, ' ').slice(0, 400)}\n`;
  }
}
