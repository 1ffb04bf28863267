/** Marks in the text from two sides, which come and go without each other. */
import { forEachDiagnostic, setDiagnostics, type Diagnostic } from '@codemirror/lint';
import type { EditorView } from '@codemirror/view';

/** What a run has found, or what the types say while the reader writes. */
export type MarkSide = 'run' | 'types';

export type Mark = Pick<Diagnostic, 'from' | 'to' | 'message'>;

const classes: Readonly<Record<MarkSide, string>> = {
  run: 'pw-ex-by-run',
  types: 'pw-ex-by-types',
};

/** Puts `marks` in the place of those of the same side. */
export function markAs(view: EditorView, side: MarkSide, marks: readonly Mark[]): void {
  const markClass = classes[side];
  const others: Diagnostic[] = [];
  forEachDiagnostic(view.state, (one, from, to) => {
    if (one.markClass !== markClass) others.push({ ...one, from, to });
  });
  const { length } = view.state.doc;
  const own = marks.map(({ from, to, message }): Diagnostic => {
    const end = Math.min(to, length);
    return {
      from: Math.min(from, end),
      to: end,
      message,
      severity: 'error',
      markClass,
    };
  });
  view.dispatch(setDiagnostics(view.state, [...others, ...own]));
}

/** The messages of both sides at a place. */
export function messagesAt(view: EditorView, at: number): string[] {
  const found: string[] = [];
  forEachDiagnostic(view.state, ({ message }, from, to) => {
    if (from <= at && at <= to) found.push(message);
  });
  return found;
}
