/** Task, editor and pane stand below one another, as in workspace.css; the bar lies over. */
export function isOneColumn(): boolean {
  return matchMedia('(max-width: 62rem)').matches;
}
