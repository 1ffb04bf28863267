import { describe, expect, it } from 'vitest';
import { asksForRun } from '../../.vitepress/theme/exercise/run-key.ts';

const enter = {
  key: 'Enter',
  ctrlKey: true,
  metaKey: false,
  altKey: false,
  shiftKey: false,
  repeat: false,
  defaultPrevented: false,
};

describe('asksForRun', () => {
  it('takes Ctrl or Cmd with Enter', () => {
    expect(asksForRun(enter, false, false)).toBe(true);
    const cmd = { ...enter, ctrlKey: false, metaKey: true };
    expect(asksForRun(cmd, false, false)).toBe(true);
  });

  it.each([
    ['another key', { key: 'a' }],
    ['Enter alone', { ctrlKey: false }],
    ['Shift with it', { shiftKey: true }],
    ['Alt with it', { altKey: true }],
    ['a key that is held down', { repeat: true }],
    ['what the editor has taken', { defaultPrevented: true }],
  ])('leaves %s', (_, other) => {
    expect(asksForRun({ ...enter, ...other }, false, false)).toBe(false);
  });

  it('leaves a link its new tab, and a dialog its keys', () => {
    expect(asksForRun(enter, true, false)).toBe(false);
    expect(asksForRun(enter, false, true)).toBe(false);
  });
});
