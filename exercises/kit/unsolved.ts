/** What a starter throws where the reader's code goes. */

import { kitStrings } from './words/strings.ts';

export class Unsolved extends Error {
  override readonly name = 'Unsolved';

  /**
   * @param what the function that is still to be written; or in a sentence what else a
   *   reader has not done yet
   * @param given its parameters; named here so that no linter calls them unused
   * @param atHand what the starter imports for the reader's code; named for the same
   */
  constructor(
    what: string | { readonly said: string },
    given: Readonly<Record<string, unknown>> = {},
    atHand: Readonly<Record<string, unknown>> = {},
  ) {
    if (typeof what === 'object') {
      super(what.said);
      return;
    }
    const names = Object.keys(given).join(', ');
    const tools = Object.keys(atHand).join(', ');
    super(kitStrings.unsolved.text(what, names, tools));
  }
}
