/** Completion, and what a name is: each asks the worker and shows what it says. */
import {
  autocompletion,
  type Completion,
  type CompletionContext,
  type CompletionResult,
} from '@codemirror/autocomplete';
import { StateEffect, StateField, type Extension } from '@codemirror/state';
import {
  closeHoverTooltips,
  EditorView,
  hoverTooltip,
  showTooltip,
  type Tooltip,
} from '@codemirror/view';
import type { Told } from '../../../exercises/kit/types/asks.ts';
import { messagesAt } from './editor-marks.ts';
import { toldDom, toldText } from './told.ts';
import type { TypesClient } from './types-client.ts';

export type Ask = TypesClient['ask'];

// -- completion -------------------------------------------------------------------------

export function completion(ask: Ask): Extension {
  const source = async (
    context: CompletionContext,
  ): Promise<CompletionResult | null> => {
    if (!context.explicit && context.matchBefore(begun) === null) return null;
    const { state, pos } = context;
    const question = { kind: 'complete', at: pos } as const;
    const found = await ask(state.doc.toString(), question);
    if (found === undefined || context.aborted) return null;
    const options = found.names.map(({ name, kind, rank }): Completion => ({
      label: name,
      type: kind,
      boost: rank,
      info: () => infoOf(ask, context, name),
    }));
    return { from: found.from, validFor: /^[\w$]*$/, options };
  };
  return autocompletion({ override: [source], maxRenderedOptions: 60 });
}

/** What opens the list by itself: a dot, the second letter of a name, an import's path. */
const begun = /\.[\w$]*|[\w$]{2,}|(?:from|import) ['"][^'"]*/;

async function infoOf(
  ask: Ask,
  { state, pos }: CompletionContext,
  name: string,
): Promise<Node | null> {
  const question = { kind: 'details', at: pos, name } as const;
  const told = await ask(state.doc.toString(), question);
  return told === undefined ? null : toldDom(told, []);
}

// -- what a name is ---------------------------------------------------------------------

export function onHover(ask: Ask): Extension {
  return hoverTooltip(
    async ({ state: { doc } }, pos) => {
      const told = await ask(doc.toString(), { kind: 'hover', at: pos });
      if (told === undefined) return null;
      // Errors have a tooltip of their own, which stands in the same box.
      const create = (): { dom: HTMLElement } => ({ dom: toldDom(told, []) });
      return { pos: told.from, end: told.to, above: true, create };
    },
    { hideOnChange: true },
  );
}

const setTold = StateEffect.define<Tooltip | null>();

/** Stays until the caret or the text moves. */
export const toldAtCaret = StateField.define<Tooltip | null>({
  create: () => null,
  update(tooltip, { effects, docChanged, selection }) {
    const effect = effects.findLast((one) => one.is(setTold));
    // The type of the value is that of the effect, which `is` has asked for.
    if (effect !== undefined) return effect.value as Tooltip | null;
    return docChanged || selection !== undefined ? null : tooltip;
  },
  provide: (field) => showTooltip.from(field),
});

/** What is known of the place of the caret: shown, and said to who does not see it. */
export function tell(view: EditorView, ask: Ask, nothing: string): boolean {
  const { doc, selection } = view.state;
  const { from } = selection.main;
  const show = (told: Told | undefined): void => {
    const now = view.state;
    if (now.doc !== doc || now.selection.main.from !== from) return;
    const messages = messagesAt(view, from);
    const dom = toldDom(told, messages, nothing);
    const tooltip = { pos: from, above: true, create: () => ({ dom }) };
    const said = toldText(told, messages, nothing);
    view.dispatch({
      effects: [closeHoverTooltips, setTold.of(tooltip), EditorView.announce.of(said)],
    });
  };
  void ask(doc.toString(), { kind: 'hover', at: from }).then(show);
  return true;
}

export function hush(view: EditorView): boolean {
  if (view.state.field(toldAtCaret, false) == null) return false;
  view.dispatch({ effects: setTold.of(null) });
  return true;
}
