/** The code editor: CodeMirror with what writing a function needs. Loaded when used. */
import { closeBrackets, closeBracketsKeymap } from '@codemirror/autocomplete';
import {
  defaultKeymap,
  history,
  historyKeymap,
  indentWithTab,
} from '@codemirror/commands';
import { javascript } from '@codemirror/lang-javascript';
import {
  bracketMatching,
  HighlightStyle,
  indentOnInput,
  syntaxHighlighting,
} from '@codemirror/language';
import { setDiagnostics } from '@codemirror/lint';
import { EditorState, Prec } from '@codemirror/state';
import {
  drawSelection,
  EditorView,
  highlightActiveLine,
  keymap,
  lineNumbers,
} from '@codemirror/view';
import { tags } from '@lezer/highlight';

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
  readonly onChange: (text: string) => void;
  readonly onRun: () => void;
}

export interface Editor {
  setText(text: string): void;
  select(from: number, to: number): void;
  focus(): void;
  /** Marks a place, or none. */
  mark(problem: Problem | undefined): void;
  goTo(line: number, column?: number): void;
  destroy(): void;
}

/** The colours of the listings, by the same variables. */
const highlight = HighlightStyle.define([
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

/** In one column the verdict lies over the bottom of the window; the cursor must not. */
function verdictMargin(): { bottom: number } | null {
  return matchMedia('(max-width: 62rem)').matches ? { bottom: 48 } : null;
}

const look = EditorView.theme({
  '&': {
    backgroundColor: 'var(--pw-well)',
    color: 'var(--pw-code-foreground)',
    fontSize: 'var(--pw-s-code)',
  },
  '&.cm-focused': { outline: '2px solid var(--pw-focus)', outlineOffset: '2px' },
  '.cm-scroller': { fontFamily: 'var(--pw-mono)', lineHeight: '1.6' },
  '.cm-content': { caretColor: 'var(--pw-ink)', padding: '0.75rem 0' },
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
  '.cm-lintRange-error': {
    backgroundImage: 'none',
    textDecoration: 'underline wavy var(--pw-bad)',
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
        EditorView.scrollMargins.of(verdictMargin),
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
          indentWithTab,
        ]),
        EditorView.updateListener.of((update) => {
          if (update.docChanged) options.onChange(update.state.doc.toString());
        }),
      ],
    }),
  });
  view.scrollDOM.tabIndex = 0;

  const positionOf = (line: number, column = 1): number => {
    const { doc } = view.state;
    const found = doc.line(Math.min(Math.max(1, line), doc.lines));
    return Math.min(found.from + Math.max(0, column - 1), found.to);
  };

  return {
    setText(text) {
      const { doc } = view.state;
      if (doc.toString() === text) return;
      view.dispatch({ changes: { from: 0, to: doc.length, insert: text } });
    },
    select(from, to) {
      const { length } = view.state.doc;
      view.dispatch({
        selection: { anchor: Math.min(from, length), head: Math.min(to, length) },
      });
    },
    focus() {
      view.focus();
    },
    mark(problem) {
      if (problem === undefined) {
        view.dispatch(setDiagnostics(view.state, []));
        return;
      }
      const from = positionOf(problem.line, problem.column);
      const { to } = view.state.doc.lineAt(from);
      const { message } = problem;
      const diagnostic = {
        from,
        to: Math.max(to, from),
        severity: 'error',
        message,
      } as const;
      view.dispatch(setDiagnostics(view.state, [diagnostic]));
    },
    goTo(line, column) {
      const place = positionOf(line, column);
      view.dispatch({ selection: { anchor: place }, scrollIntoView: true });
      view.focus();
    },
    destroy() {
      view.destroy();
    },
  };
}
