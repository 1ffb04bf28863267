/**
 * Types on hover, on focus and on touch, for every listing of the page. The texts of a
 * file are fetched once, when the first of its names is asked for.
 */

type Hover = readonly [signature: string, doc: string];

const texts = new Map<string, Promise<readonly Hover[]>>(); // BOUNDED by the files of impl/
const delayMs = 150;

export function mountHovers(): void {
  const popup = document.createElement('div');
  popup.id = 'pw-hover';
  popup.className = 'pw-hover';
  popup.setAttribute('role', 'tooltip');
  popup.hidden = true;
  document.body.append(popup);

  let shown: HTMLElement | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;

  const hide = (): void => {
    clearTimeout(timer);
    shown?.removeAttribute('aria-describedby');
    shown = undefined;
    popup.hidden = true;
  };

  const show = async (name: HTMLElement): Promise<void> => {
    if (shown === name) return;
    hide();
    shown = name;
    const hover = await hoverOf(name);
    if (shown !== name) return; // the reader has gone on
    if (hover === undefined) {
      hide();
      return;
    }
    fill(popup, hover, name);
    popup.hidden = false;
    name.setAttribute('aria-describedby', popup.id);
    place(popup, name);
  };

  const later = (run: () => void): void => {
    clearTimeout(timer);
    timer = setTimeout(run, delayMs);
  };

  document.addEventListener('pointerover', (event) => {
    if (event.pointerType === 'touch') return;
    const name = nameAt(event.target);
    if (name !== undefined) later(() => void show(name));
    else if (popup.contains(event.target as Node))
      clearTimeout(timer); // it may be read
    else if (shown !== undefined && shown !== document.activeElement) later(hide);
  });
  document.addEventListener('focusin', (event) => {
    const name = nameAt(event.target);
    if (name !== undefined && name.matches(':focus-visible')) void show(name);
    else if (!popup.contains(event.target as Node)) hide();
  });
  // The first touch shows, with a link to follow; a touch elsewhere hides.
  let touched: HTMLElement | undefined;
  document.addEventListener('pointerdown', (event) => {
    touched = undefined;
    if (event.pointerType !== 'touch' || popup.contains(event.target as Node)) return;
    const name = nameAt(event.target);
    if (name === undefined) hide();
    else if (name !== shown) touched = name;
  });
  document.addEventListener('pointercancel', () => (touched = undefined)); // it scrolls
  document.addEventListener(
    'touchend',
    (event) => {
      if (touched === undefined || nameAt(event.target) !== touched) return;
      event.preventDefault(); // no click: the router would follow the link
      void show(touched);
    },
    { passive: false },
  );
  document.addEventListener('keydown', (event) => {
    if (event.key === 'Escape' && shown !== undefined) hide();
  });
  addEventListener('scroll', () => shown !== undefined && place(popup, shown), {
    passive: true,
    capture: true,
  });
  // A link was followed: the page under the popup changes.
  addEventListener('popstate', hide);
  document.addEventListener('click', (event) => {
    if (event.target instanceof Element && event.target.closest('a') !== null) hide();
  });
}

function nameAt(target: EventTarget | null): HTMLElement | undefined {
  if (!(target instanceof Element)) return undefined;
  return target.closest<HTMLElement>('.pw-listing [data-h]') ?? undefined;
}

async function hoverOf(name: HTMLElement): Promise<Hover | undefined> {
  const url = name.closest<HTMLElement>('[data-hovers]')?.dataset['hovers'];
  const index = Number(name.dataset['h']);
  if (url === undefined) return undefined;
  let all = texts.get(url);
  if (all === undefined) {
    all = fetch(url).then((answer) => (answer.ok ? answer.json() : []));
    texts.set(url, all);
  }
  try {
    return (await all)[index];
  } catch {
    texts.delete(url); // no network: asked again next time
    return undefined;
  }
}

function fill(popup: HTMLElement, [signature, doc]: Hover, name: HTMLElement): void {
  const code = document.createElement('code');
  code.textContent = signature;
  popup.replaceChildren(code);
  if (doc !== '') {
    const words = document.createElement('p');
    words.textContent = doc;
    popup.append(words);
  }
  if (name instanceof HTMLAnchorElement && matchMedia('(hover: none)').matches) {
    const link = document.createElement('a');
    link.href = name.href;
    link.textContent = `${name.textContent ?? ''} →`;
    popup.append(link);
  }
}

/** Below the name, or above it where there is no room. */
function place(popup: HTMLElement, name: HTMLElement): void {
  const at = name.getBoundingClientRect();
  if (at.bottom < 0 || at.top > innerHeight) {
    popup.hidden = true;
    return;
  }
  const { offsetWidth, offsetHeight } = popup;
  const below = at.bottom + 6;
  const top = below + offsetHeight > innerHeight ? at.top - offsetHeight - 6 : below;
  const left = Math.min(
    at.left,
    document.documentElement.clientWidth - offsetWidth - 8,
  );
  popup.style.top = `${Math.max(8, top)}px`;
  popup.style.left = `${Math.max(8, left)}px`;
}
