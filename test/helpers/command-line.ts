/** What the tools beside the tests do with a command line that they cannot use. */

/** What `read` reads; or one line that says what is wrong, and exit code 2. */
export function fromCommandLine<T>(tool: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof RangeError || error instanceof TypeError)) throw error;
    const [line = ''] = error.message.split('. ');
    console.error(`${tool}: ${line}`);
    process.exit(2);
  }
}

/** @throws {RangeError} it is no whole number from `least` to `most` */
export function wholeNumber(
  option: string,
  text: string,
  least: number,
  most = Number.MAX_SAFE_INTEGER,
): number {
  const value = Number(text);
  if (/^\d+$/.test(text) && value >= least && value <= most) return value;
  throw new RangeError(
    `${option}: a whole number from ${least} is needed, not "${text}"`,
  );
}
