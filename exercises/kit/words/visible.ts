/**
 * Makes control characters visible: a text that a reader's code or a peer chose must not
 * move the cursor of a terminal or turn the direction of a page's text.
 */

const unsafe =
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;

export function visible(text: string): string {
  return text.replaceAll(unsafe, (sign) => {
    const code = sign.charCodeAt(0);
    return code < 0x100
      ? `\\x${code.toString(16).padStart(2, '0')}`
      : `\\u${code.toString(16)}`;
  });
}
