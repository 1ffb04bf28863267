/**
 * HTML that the build has made, of our own code and escaped. `v-html` would set it again
 * when the page wakes, though the server has written it: here it is left alone.
 */
import { h, type FunctionalComponent } from 'vue';

export const HtmlText: FunctionalComponent<{
  readonly html: string;
  readonly as?: string;
}> = ({ html, as = 'span' }) => h(as, { innerHTML: html });
HtmlText.props = ['html', 'as'];
