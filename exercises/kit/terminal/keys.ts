/** Keys one at a time from a terminal, and whole lines where a question needs one. */

import { createInterface } from 'node:readline/promises';

/** Asks for a line. */
export type Ask = (question: string) => Promise<string>;

/** Whoever carries out what a key asks for. */
export interface Pressed {
  press(key: string, ask: Ask): void;
  close(): Promise<void>;
}

/** Arrow keys, Alt and their like come as several signs, which are no keys of ours. */
export function typed(data: string): string[] {
  const named = /\u001b(?:\[[0-9;?]*[ -/]*[@-~]|O.|[^])?/g;
  const isKey = (key: string): boolean => key >= ' ' || '\u0003\u0004\r'.includes(key);
  return Array.from(data.replaceAll(named, '')).filter(isKey);
}

/** Until q, Ctrl-C or Ctrl-D, which end the process. */
export function listenToKeys(learn: Pressed): void {
  const { stdin } = process;
  let asking = false;
  const ask: Ask = async (question) => {
    asking = true;
    stdin.setRawMode(false);
    const lines = createInterface({ input: stdin, output: process.stdout });
    try {
      return await lines.question(question);
    } finally {
      lines.close();
      stdin.setRawMode(true);
      stdin.resume();
      asking = false;
    }
  };
  stdin.setRawMode(true);
  stdin.setEncoding('utf8');
  stdin.on('data', (data) => {
    if (asking) return;
    for (const key of typed(String(data))) {
      if (key === 'q' || key === '\u0003' || key === '\u0004') {
        stdin.setRawMode(false);
        stdin.pause();
        learn.close().then(
          () => process.exit(0),
          () => process.exit(1),
        );
        return;
      }
      learn.press(key, ask);
    }
  });
}
