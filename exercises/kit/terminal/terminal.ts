/** How things look in a terminal. */

export interface Look {
  readonly colour: boolean;
  /** Marks beyond ASCII. The old console of Windows has none. */
  readonly unicode: boolean;
}

export function lookOf(stream: { readonly isTTY?: boolean }): Look {
  const { env, platform } = process;
  return {
    colour: stream.isTTY === true && env['NO_COLOR'] === undefined,
    unicode:
      platform !== 'win32' ||
      env['WT_SESSION'] !== undefined ||
      env['TERM_PROGRAM'] === 'vscode',
  };
}

/** Whoever read our output may go before its end, as `| head` does. */
export function outliveReader(
  stream: NodeJS.WriteStream,
  gone: () => void = () => undefined,
): void {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
    gone();
  });
}

type Style = 'good' | 'bad' | 'quiet' | 'strong';

const codes: Readonly<Record<Style, number>> = {
  good: 32,
  bad: 31,
  quiet: 2,
  strong: 1,
};

export function paint(look: Look, style: Style, text: string): string {
  return look.colour ? `\u001b[${codes[style]}m${text}\u001b[0m` : text;
}

export function mark(look: Look, good: boolean): string {
  const [yes, no] = look.unicode ? ['✓', '✗'] : ['ok', 'x'];
  return good ? paint(look, 'good', yes) : paint(look, 'bad', no);
}
