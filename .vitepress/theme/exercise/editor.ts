/** The code editor: CodeMirror with what writing a function needs. Loaded when used. */
import {
  closeBrackets,
  closeBracketsKeymap,
  closeCompletion,
} from '@codemirror/autocomplete';
import {
  defaultKeymap,
  history,
  historyKeymap,
  indentWithTab,
  isolateHistory,
} from '@codemirror/commands';
import { javascript } from '@codemirror/lang-javascript';
import {
  bracketMatching,
  codeFolding,
  foldedRanges,
  foldEffect,
  foldKeymap,
  HighlightStyle,
  indentOnInput,
  syntaxHighlighting,
  unfoldAll,
} from '@codemirror/language';
import { EditorState, Prec, StateEffect, StateField } from '@codemirror/state';
import {
  closeHoverTooltips,
  Decoration,
  drawSelection,
  EditorView,
  highlightActiveLine,
  keymap,
  lineNumbers,
  type DecorationSet,
} from '@codemirror/view';
import { tags } from '@lezer/highlight';
import { CaretInSight } from './caret.ts';
import { difference, firstTodo, importLines, type Lines } from './code-shape.ts';
import { markAs } from './editor-marks.ts';
import { isOneColumn } from './one-column.ts';

/** Where the code is wrong; line and column count from 1. */
export interface Problem {
  readonly line: number;
  readonly column?: number;
  readonly message: string;
}

export interface EditorOptions {
  readonly parent: HTMLElement;
  readonly text: string;
  readonly label: string;
  readonly describedBy: string;
  /** What stands in the place of folded imports. */
  readonly foldedText: (lines: number) => string;
  readonly foldedLabel: string;
  readonly onChange: (text: string) => void;
  /** The reader has changed the text, not the page. */
  readonly onTyped: () => void;
  readonly onRun: () => void;
}

export interface Editor {
  /** For what is added later (types-editor.ts). */
  readonly view: EditorView;
  setText(text: string): void;
  /** Puts the caret where the reader has pointed, if that is in the text. */
  pointAt(place: { readonly x: number; readonly y: number }): void;
  /** Writes at the caret, as if it had been typed. */
  type(text: string): void;
  /** @param reveal scrolls to the caret */
  focus(reveal: boolean): void;
  scrollTo(top: number): void;
  /** Lights lines, and puts out those that were lit. */
  light(lines: readonly number[]): void;
  /** Marks a place, or none. */
  mark(problem: Problem | undefined): void;
  goTo(line: number, column?: number): void;
  /** Closes what lies over the code: what a name is, what is wrong, completion. */
  closeTold(): void;
  destroy(): void;
}

/** The colours of the listings, by the same variables. */
export const highlight = HighlightStyle.define([
  { tag: [tags.keyword, tags.modifier], color: 'var(--pw-code-token-keyword)' },
  { tag: [tags.string, tags.regexp], color: 'var(--pw-code-token-string)' },
  { tag: tags.comment, color: 'var(--pw-code-token-comment)', fontStyle: 'italic' },
  {
    tag: [tags.number, tags.bool, tags.null, tags.self, tags.atom],
    color: 'var(--pw-code-token-constant)',
  },
  {
    tag: [tags.function(tags.variableName), tags.function(tags.propertyName)],
    color: 'var(--pw-code-token-function)',
  },
  { tag: [tags.typeName, tags.className], color: 'var(--pw-code-token-function)' },
  {
    tag: [tags.punctuation, tags.operator, tags.bracket],
    color: 'var(--pw-code-token-punctuation)',
  },
]);

/** Where the bar lies over the bottom of the window, the caret must not. */
function barMargin(): { bottom: number } | null {
  return isOneColumn() ? { bottom: 64 } : null;
}

const lightLines = StateEffect.define<readonly number[]>();
const lit = Decoration.line({ class: 'pw-ex-lit' });

/** The lines that a run which is being looked at has come to. */
const litLines = StateField.define<DecorationSet>({
  create: () => Decoration.none,
  update(marks, { effects, changes, state }) {
    const effect = effects.findLast((one) => one.is(lightLines));
    if (effect === undefined) return marks.map(changes);
    const { doc } = state;
    // The type of the value is that of the effect, which `is` has asked for.
    const wanted = (effect.value as readonly number[]).filter(
      (line) => line >= 1 && line <= doc.lines,
    );
    return Decoration.set(
      wanted.map((line) => lit.range(doc.line(line).from)),
      true,
    );
  },
  provide: (field) => EditorView.decorations.from(field),
});

const look = EditorView.theme({
  '&': {
    backgroundColor: 'var(--pw-well)',
    color: 'var(--pw-code-foreground)',
    fontSize: 'var(--pw-ex-code)',
    height: '100%',
  },
  '&.cm-focused': { outline: '2px solid var(--pw-focus)', outlineOffset: '-1px' },
  // The measures of the still code (exercise.css), whose place the editor takes.
  '.cm-scroller': { fontFamily: 'var(--pw-mono)', lineHeight: '1.5' },
  '.cm-content': { caretColor: 'var(--pw-ink)', padding: '0.5rem 0' },
  '.cm-line': { padding: '0 0.5rem 0 0.25rem' },
  '.cm-lineNumbers .cm-gutterElement': { minWidth: '2.5rem', padding: '0 0.5rem 0 0' },
  '.cm-cursor': { borderLeftColor: 'var(--pw-ink)' },
  '.cm-gutters': {
    backgroundColor: 'transparent',
    color: 'var(--pw-ink-2)',
    border: 'none',
  },
  '.cm-activeLine': { backgroundColor: 'var(--pw-tint)' },
  '&.cm-focused .cm-selectionBackground, .cm-selectionBackground, ::selection': {
    backgroundColor: 'var(--pw-a-tint)',
  },
  '&.cm-focused .cm-matchingBracket': { outline: '1px solid var(--pw-line-2)' },
  // Told apart by their form: a wave is what the types say, a bar where a run has failed.
  '.cm-lintRange-error': { backgroundImage: 'none' },
  '.pw-ex-by-types': { textDecoration: 'underline wavy var(--pw-bad)' },
  '.pw-ex-by-run': {
    borderBottom: '2px solid var(--pw-bad)',
    backgroundColor: 'var(--pw-bad-tint)',
  },
  '.cm-tooltip': {
    backgroundColor: 'var(--pw-raise)',
    color: 'var(--pw-ink)',
    border: '1px solid var(--pw-line-2)',
  },
});

export function createEditor(options: EditorOptions): Editor {
  const view = new EditorView({
    parent: options.parent,
    state: EditorState.create({
      doc: options.text,
      extensions: [
        lineNumbers(),
        history(),
        drawSelection(),
        indentOnInput(),
        bracketMatching(),
        closeBrackets(),
        highlightActiveLine(),
        javascript({ typescript: true }),
        syntaxHighlighting(highlight),
        look,
        EditorState.tabSize.of(2),
        EditorView.lineWrapping,
        EditorView.scrollMargins.of(barMargin),
        litLines,
        codeFolding({
          preparePlaceholder: (state, { from, to }) =>
            state.doc.lineAt(to).number - state.doc.lineAt(from).number + 1,
          placeholderDOM: (_view, open, lines: number) => {
            const button = document.createElement('button');
            button.type = 'button';
            button.className = 'pw-ex-folded';
            button.textContent = options.foldedText(lines);
            button.title = options.foldedLabel;
            button.onclick = open;
            return button;
          },
        }),
        EditorView.domEventHandlers({
          // What another tab has written meanwhile was not taken (setText): ours is newer.
          compositionend: () => {
            options.onChange(view.state.doc.toString());
          },
        }),
        EditorView.contentAttributes.of({
          'aria-label': options.label,
          'aria-describedby': options.describedBy,
          spellcheck: 'false',
        }),
        Prec.highest(
          keymap.of([
            {
              key: 'Mod-Enter',
              run: () => {
                options.onRun();
                return true;
              },
            },
          ]),
        ),
        keymap.of([
          ...closeBracketsKeymap,
          ...defaultKeymap,
          ...historyKeymap,
          ...foldKeymap,
          indentWithTab,
        ]),
        EditorView.updateListener.of((update) => {
          if (!update.docChanged) return;
          options.onChange(update.state.doc.toString());
          const isAny = (...kinds: readonly string[]): boolean =>
            update.transactions.some((one) =>
              kinds.some((kind) => one.isUserEvent(kind)),
            );
          if (isAny('input', 'delete', 'undo', 'redo')) options.onTyped();
          // What comes back may have other imports; an update must be over before another.
          if (isAny('undo', 'redo') && foldedRanges(update.startState).size > 0)
            queueMicrotask(foldImports);
        }),
      ],
    }),
  });
  view.scrollDOM.tabIndex = 0;
  const caret = new CaretInSight(view);

  const positionOf = (line: number, column = 1): number => {
    const { doc } = view.state;
    const found = doc.line(Math.min(Math.max(1, line), doc.lines));
    return Math.min(found.from + Math.max(0, column - 1), found.to);
  };
  /** Anew, where the text was changed by something else than typing. */
  const foldImports = (): Lines | undefined => {
    const { doc } = view.state;
    const imports = importLines(doc.toString());
    unfoldAll(view);
    if (imports === undefined) return undefined;
    const [from, to] = [doc.line(imports.first).from, doc.line(imports.last).to];
    view.dispatch({ effects: foldEffect.of({ from, to }) });
    return imports;
  };
  const begin = (): void => {
    const imports = foldImports();
    const { doc } = view.state;
    const todo = firstTodo(doc.toString());
    // What is typed without a look must not land before the imports.
    const below = doc.line(Math.min((imports?.last ?? 0) + 1, doc.lines)).from;
    view.dispatch({
      selection: { anchor: todo === undefined ? below : doc.line(todo).to },
    });
  };
  begin();

  return {
    view,
    setText(text) {
      const { doc } = view.state;
      // A text that is being composed would lose its caret.
      if (view.composing || doc.toString() === text) return;
      view.dispatch({
        changes: difference(doc.toString(), text),
        // One key takes it back, and nothing that was written before it.
        annotations: isolateHistory.of('full'),
      });
      if (!view.hasFocus) begin();
    },
    pointAt(place) {
      caret.pointed();
      const at = view.posAtCoords(place);
      if (at !== null) view.dispatch({ selection: { anchor: at } });
    },
    type(text) {
      view.dispatch(view.state.replaceSelection(text), { userEvent: 'input.type' });
    },
    focus(reveal) {
      if (reveal) view.dispatch({ scrollIntoView: true });
      view.focus();
    },
    scrollTo(top) {
      view.scrollDOM.scrollTop = top;
    },
    light(lines) {
      view.dispatch({ effects: lightLines.of(lines) });
      const [first] = lines;
      if (first === undefined) return;
      // In the editor alone: the window stays with the player.
      const { top, bottom } = view.lineBlockAt(positionOf(first));
      const { scrollTop, clientHeight } = view.scrollDOM;
      if (top >= scrollTop && bottom <= scrollTop + clientHeight) return;
      view.scrollDOM.scrollTop = top - clientHeight / 2;
    },
    mark(problem) {
      if (problem === undefined) {
        markAs(view, 'run', []);
        return;
      }
      const from = positionOf(problem.line, problem.column);
      const { to } = view.state.doc.lineAt(from);
      markAs(view, 'run', [{ from, to: Math.max(to, from), message: problem.message }]);
    },
    goTo(line, column) {
      const place = positionOf(line, column);
      view.dispatch({ selection: { anchor: place }, scrollIntoView: true });
      view.focus();
    },
    closeTold() {
      closeCompletion(view);
      // What was asked for by a key goes with the caret, wherever that is set.
      const { selection } = view.state;
      view.dispatch({ selection, effects: closeHoverTooltips });
    },
    destroy() {
      caret.end();
      view.destroy();
    },
  };
}
