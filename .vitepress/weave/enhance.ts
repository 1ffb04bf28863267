/** Called by the theme once, in the page and while it is rendered on the server. */
export default function enhance(): void {
  if (import.meta.env.SSR) return;
  void import('./popup.ts').then(({ mountHovers }) => mountHovers());
}
