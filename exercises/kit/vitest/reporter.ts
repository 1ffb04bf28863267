/** Writes what vitest made of each test to a file, a JSON object a line. */

import { writeFileSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import type { TestError } from 'vitest';
import type { Reporter, TestModule } from 'vitest/node';
import { forReaders, withoutCutValues } from '../words/for-readers.ts';

export interface VitestLine {
  readonly project: string;
  /** Folder of the exercise. */
  readonly folder: string;
  readonly name: string;
  readonly state: string;
  /** Name and message of the first error. */
  readonly error?: { readonly name: string; readonly message: string };
}

export class JsonLines implements Reporter {
  readonly #file: string;
  readonly #projectOf: (module: TestModule) => string;

  /** @param projectOf what is written as the project of a test file */
  constructor(file: string, projectOf: (module: TestModule) => string) {
    this.#file = file;
    this.#projectOf = projectOf;
  }

  onTestRunEnd(modules: readonly TestModule[]): void {
    const lines = modules.flatMap((module) => [
      ...linesOf(module, this.#projectOf(module)),
    ]);
    writeFileSync(
      this.#file,
      lines.map((line) => JSON.stringify(line) + '\n').join(''),
    );
  }
}

function* linesOf(module: TestModule, project: string): Generator<VitestLine> {
  for (const test of module.children.allTests()) {
    const { state, errors } = test.result();
    const first = errors?.[0];
    yield {
      project,
      folder: basename(dirname(module.moduleId)),
      name: test.fullName,
      state,
      ...(first === undefined
        ? {}
        : { error: { name: first.name ?? '', message: saidIn(first) } }),
    };
  }
}

/** As the harness says it. */
function saidIn({ message, expected, actual }: TestError): string {
  const said = forReaders(message);
  return expected === undefined && actual === undefined ? said : withoutCutValues(said);
}
