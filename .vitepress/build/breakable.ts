/**
 * Lets a row of code go on below it after a sign, so that a narrow one breaks no name.
 *
 * @param html of coloured code
 */
export function breakable(html: string): string {
  return html.replaceAll(signs, (found, sign?: string) =>
    sign === undefined ? found : `${sign}<wbr>`,
  );
}

/** Tags and entities are passed over; a sign counts where something follows at once. */
const signs = /<[^>]*>|&\w+;|&#\w+;|([.([{,])(?=[^\s.)\]}])/g;
