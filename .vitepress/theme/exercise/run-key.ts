/** Which key runs the tests, wherever the reader is on the page. */

/** What a `KeyboardEvent` says of itself. */
export interface Key {
  readonly key: string;
  readonly ctrlKey: boolean;
  readonly metaKey: boolean;
  readonly altKey: boolean;
  readonly shiftKey: boolean;
  readonly repeat: boolean;
  readonly defaultPrevented: boolean;
}

/**
 * Whether Ctrl or Cmd with Enter, which nobody has taken, is meant for the exercise.
 *
 * @param onLink with a link it opens another tab
 * @param inDialog a dialog is open, and what it asks comes first
 */
export function asksForRun(key: Key, onLink: boolean, inDialog: boolean): boolean {
  const isPressed = key.key === 'Enter' && (key.ctrlKey || key.metaKey);
  const isMore = key.altKey || key.shiftKey || key.repeat;
  return isPressed && !isMore && !key.defaultPrevented && !onLink && !inDialog;
}
