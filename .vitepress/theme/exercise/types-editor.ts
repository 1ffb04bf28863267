/**
 * Types in the editor: errors underlined while typing, completion, and what a name is, on
 * hover and by a key. Loaded, and its worker with it, when the reader has begun to write.
 */
import { acceptCompletion } from '@codemirror/autocomplete';
import { nextDiagnostic } from '@codemirror/lint';
import { Prec, StateEffect, type Extension } from '@codemirror/state';
import { EditorView, keymap } from '@codemirror/view';
import { withBase } from 'vitepress';
import { places } from 'virtual:peerwalk-types';
import type { TypesMessage } from '../../../exercises/kit/types/asks.ts';
import { markAs, type Mark } from './editor-marks.ts';
import { TypesClient, type StartWorker, type TypesState } from './types-client.ts';
import {
  completion,
  hush,
  onHover,
  tell,
  toldAtCaret,
  type Ask,
} from './types-told.ts';

/** After the last key: long enough that no half-written word is underlined. */
const judgeMs = 350;

export interface TypesOptions {
  /** Path of the reader's file, from the root. */
  readonly file: string;
  /** Said where there is nothing to tell. */
  readonly nothing: string;
  readonly onState: (state: TypesState) => void;
  /** How many errors there are in the text as it is. */
  readonly onCount: (count: number) => void;
}

export class EditorTypes {
  readonly #view: EditorView;
  readonly #options: TypesOptions;
  #client: TypesClient | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #judging = false;

  constructor(view: EditorView, options: TypesOptions) {
    this.#view = view;
    this.#options = options;
    view.dispatch({ effects: StateEffect.appendConfig.of(this.#extension()) });
  }

  /** Starts a worker, in the place of one that has failed. */
  start(): void {
    this.#client?.close();
    this.#judging = false;
    const opening = {
      texts: withBase(places.texts),
      file: this.#options.file,
      text: this.#view.state.doc.toString(),
    };
    this.#client = new TypesClient(startWorker, opening, (state) => {
      this.#options.onState(state);
      if (state === 'ready') this.#judge();
      else this.#show([]);
    });
  }

  /** To the next error, with what it says. */
  next(): void {
    this.#view.focus();
    this.#next();
  }

  close(): void {
    clearTimeout(this.#timer);
    this.#client?.close();
    this.#client = undefined;
  }

  readonly #ask: Ask = (text, question) =>
    this.#client?.ask(text, question) ?? Promise.resolve(undefined);

  #extension(): Extension {
    const told = (view: EditorView): boolean =>
      tell(view, this.#ask, this.#options.nothing);
    return [
      EditorView.updateListener.of(({ docChanged }) => {
        if (docChanged) this.#later();
      }),
      completion(this.#ask),
      onHover(this.#ask),
      toldAtCaret,
      look,
      Prec.highest(
        keymap.of([
          { key: 'Tab', run: acceptCompletion },
          { key: 'Mod-i', run: told, preventDefault: true },
          { key: 'F8', run: () => this.#next(), preventDefault: true },
          { key: 'Escape', run: hush },
        ]),
      ),
    ];
  }

  #next(): boolean {
    return (
      nextDiagnostic(this.#view) && tell(this.#view, this.#ask, this.#options.nothing)
    );
  }

  #later(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#judge(), judgeMs);
  }

  /** One question at a time; a text that has changed meanwhile is asked about again. */
  #judge(): void {
    if (this.#judging) return;
    this.#judging = true;
    const { doc } = this.#view.state;
    const client = this.#client;
    void this.#ask(doc.toString(), { kind: 'problems' }).then((found) => {
      if (client !== this.#client) return;
      this.#judging = false;
      if (this.#view.state.doc !== doc) this.#later();
      else if (found !== undefined) this.#show(found);
    });
  }

  #show(marks: readonly Mark[]): void {
    markAs(this.#view, 'types', marks);
    this.#options.onCount(marks.length);
  }
}

const startWorker: StartWorker = (onMessage, onError) => {
  const worker = new Worker(withBase(places.worker));
  worker.onmessage = ({ data }: MessageEvent<TypesMessage>) => onMessage(data);
  worker.onerror = (event) => {
    event.preventDefault(); // the line under the code says it
    onError();
  };
  return worker;
};

const look = EditorView.theme({
  '.cm-tooltip': {
    maxWidth: 'min(38rem, calc(100vw - 2rem))',
    borderRadius: 'var(--pw-radius)',
    font: 'var(--pw-s-s) / 1.45 var(--pw-sans)',
  },
  '.cm-tooltip.cm-tooltip-autocomplete > ul': {
    maxHeight: '13em',
    fontFamily: 'var(--pw-mono)',
    fontVariantLigatures: 'none',
  },
  '.cm-tooltip.cm-tooltip-autocomplete > ul > li': { padding: '0.1rem 0.5rem' },
  '.cm-tooltip.cm-tooltip-autocomplete > ul > li[aria-selected]': {
    backgroundColor: 'var(--pw-a)',
    color: 'var(--pw-paper)',
  },
  '.cm-completionMatchedText': { textDecoration: 'none', fontWeight: '700' },
  '.cm-completionIcon': { color: 'var(--pw-ink-2)', opacity: '1' },
  'li[aria-selected] .cm-completionIcon': { color: 'inherit' },
  '.cm-tooltip.cm-completionInfo': { padding: '0' },
  '.cm-diagnostic': { padding: '0.3rem 0.6rem', borderLeftColor: 'var(--pw-bad)' },
});
