/** Where the caret is when the editor is come to. */
import type { EditorView } from '@codemirror/view';

/**
 * Brings the caret into sight when the focus comes by a key, or before any other sign of
 * the reader. By mouse or finger it stands where they have pointed, and nothing moves.
 */
export class CaretInSight {
  readonly #ended = new AbortController();
  #isPointing = false;

  constructor(view: EditorView) {
    const { signal } = this.#ended;
    const options = { capture: true, passive: true, signal };
    const page = view.dom.ownerDocument;
    for (const type of ['pointerdown', 'mousedown', 'touchstart']) {
      page.addEventListener(type, () => this.pointed(), options);
    }
    page.addEventListener('keydown', () => (this.#isPointing = false), options);
    const reveal = (): void => {
      if (!this.#isPointing) view.dispatch({ scrollIntoView: true });
    };
    view.contentDOM.addEventListener('focus', reveal, { signal });
  }

  /** The reader has pointed at a place; the next focus is meant for it. */
  pointed(): void {
    this.#isPointing = true;
  }

  end(): void {
    this.#ended.abort();
  }
}
