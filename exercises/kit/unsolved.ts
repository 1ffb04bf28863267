/** What a starter throws where the reader's code goes. */

import { kitStrings } from './words/strings.ts';

export class Unsolved extends Error {
  override readonly name = 'Unsolved';

  /**
   * @param what the function that is still to be written
   * @param given its parameters; named here so that no linter calls them unused
   * @param atHand what the starter imports for the reader's code; named for the same
   */
  constructor(
    what: string,
    given: Readonly<Record<string, unknown>> = {},
    atHand: Readonly<Record<string, unknown>> = {},
  ) {
    const names = Object.keys(given).join(', ');
    const tools = Object.keys(atHand).join(', ');
    super(kitStrings.unsolved.text(what, names, tools));
  }
}
