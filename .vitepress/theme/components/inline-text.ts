/**
 * A text from front matter, with `code` between backticks. Everything else is text. A page
 * has dozens of them, so each is a function and no more.
 */
import { h, type FunctionalComponent } from 'vue';

export const InlineText: FunctionalComponent<{ readonly text: string }> = ({ text }) =>
  text.split('`').map((part, index) => (index % 2 === 1 ? h('code', part) : part));
InlineText.props = ['text'];
