/** What is told of a name, as elements: of text alone, whatever a comment says. */
import { typescriptLanguage } from '@codemirror/lang-javascript';
import { highlightCode } from '@lezer/highlight';
import type { Told } from '../../../exercises/kit/types/asks.ts';
import { highlight } from './editor.ts';

/**
 * @param messages errors at the place, said first
 * @param nothing in its place, if there is neither
 */
export function toldDom(
  told: Told | undefined,
  messages: readonly string[],
  nothing = '',
): HTMLElement {
  const dom = document.createElement('div');
  dom.className = 'pw-ex-told';
  for (const message of messages) dom.append(textIn('p', message, 'pw-ex-told-error'));
  if (told === undefined) {
    if (messages.length === 0) dom.append(textIn('p', nothing));
    return dom;
  }
  const type = document.createElement('pre');
  type.append(coloured(told.type));
  dom.append(type);
  for (const part of told.text.split(/\n{2,}/)) {
    if (part !== '') dom.append(textIn('p', part));
  }
  for (const { name, text } of told.tags) {
    const line = textIn('p', ` ${text}`, 'pw-ex-told-tag');
    line.prepend(textIn('b', `@${name}`));
    dom.append(line);
  }
  return dom;
}

/** The same for who hears it: the signature first, and no list of parameters. */
export function toldText(
  told: Told | undefined,
  messages: readonly string[],
  nothing: string,
): string {
  const parts = [...messages, ...(told === undefined ? [] : [told.type, told.text])];
  return parts.length === 0 ? nothing : parts.filter((one) => one !== '').join('. ');
}

function textIn(tag: string, text: string, className = ''): HTMLElement {
  const element = document.createElement(tag);
  element.textContent = text;
  if (className !== '') element.className = className;
  return element;
}

/** Coloured as the editor is. */
function coloured(type: string): HTMLElement {
  const code = document.createElement('code');
  highlightCode(
    type,
    typescriptLanguage.parser.parse(type),
    highlight,
    (text, classes) => code.append(textIn('span', text, classes)),
    () => code.append('\n'),
  );
  return code;
}
