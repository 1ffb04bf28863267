/** What a starter throws where the reader's code goes. */

export class Unsolved extends Error {
  override readonly name = 'Unsolved';

  /**
   * @param what the function that is still to be written
   * @param given its parameters; named here so that no linter calls them unused
   */
  constructor(what: string, given: Readonly<Record<string, unknown>> = {}) {
    const names = Object.keys(given).join(', ');
    super(`${what}${names === '' ? '' : `(${names})`} is still to be written`);
  }
}
