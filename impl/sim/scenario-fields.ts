/** What a scenario's JSON may hold, field by field, and what is said of one that it may not. */

export class ScenarioError extends Error {
  override readonly name = 'ScenarioError';

  constructor(where: string, what: string) {
    super(`scenario: ${where}: ${what}`);
  }
}

export type Fields = Readonly<Record<string, unknown>>;

export function object(value: unknown, at: string): Fields {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new ScenarioError(at, 'expected an object');
  }
  return value as Fields; // checked: an object that is no array
}

/** What is not known would be left out in silence, and the run would be another one. */
export function onlyKeys(
  value: Fields,
  known: readonly string[],
  before: string,
): void {
  for (const key of Object.keys(value)) {
    if (known.includes(key)) continue;
    throw new ScenarioError(
      `${before}${key}`,
      `unknown; known are ${known.join(', ')}`,
    );
  }
}

export function list(value: unknown, at: string): readonly unknown[] {
  if (!Array.isArray(value)) throw new ScenarioError(at, 'expected a list');
  return value;
}

/** A list that has no more items than that. */
export function few(value: unknown, most: number, at: string): readonly unknown[] {
  const found = list(value, at);
  if (found.length > most) throw new ScenarioError(at, 'too many');
  return found;
}

export function text(value: unknown, at: string): string {
  if (typeof value !== 'string' || value.length > 10_000) {
    throw new ScenarioError(at, 'expected a text');
  }
  return value;
}

/**
 * Bytes as lower-case hex.
 *
 * @param most bytes
 * @param name may stand for bytes that are put in later
 */
export function hex(value: unknown, most: number, at: string, name?: string): string {
  const found = text(value, at);
  const digits = name === undefined ? found : found.replaceAll(name, '');
  if (!/^(?:[0-9a-f]{2})*$/.test(digits)) throw new ScenarioError(at, 'not hex');
  if (digits.length > 2 * most) throw new ScenarioError(at, 'too long');
  return found;
}

export function integer(value: unknown, most: number, at: string): number {
  if (
    typeof value !== 'number' ||
    !Number.isInteger(value) ||
    value < 0 ||
    value > most
  ) {
    throw new ScenarioError(at, `expected a whole number from 0 to ${most}`);
  }
  return value;
}

export function oneOf<T extends string | number | boolean>(
  value: unknown,
  known: readonly T[],
  at: string,
): T {
  const found = known.find((one) => one === value);
  if (found === undefined)
    throw new ScenarioError(at, `expected ${known.join(' or ')}`);
  return found;
}

/** Names with versions, `eth/63`. */
export function capNames(value: unknown, most: number, at: string): string[] {
  return few(value, most, at).map((entry) => {
    const cap = text(entry, at);
    if (!/^[a-z]+\/\d{1,3}$/.test(cap)) throw new ScenarioError(at, 'expected eth/63');
    return cap;
  });
}

/** One time or more, in ms. */
export function times(
  value: unknown,
  most: { readonly dials: number; readonly afterMs: number },
  at: string,
): readonly number[] {
  const found = few(value, most.dials, at);
  if (found.length === 0) throw new ScenarioError(at, 'expected one or more');
  return found.map((ms) => integer(ms, most.afterMs, at));
}

/** What a reader may be asked before the run is shown. */
export function prediction(
  value: unknown,
  at: string,
): { readonly question: string; readonly choices: readonly string[] } {
  const asked = object(value, at);
  onlyKeys(asked, ['question', 'choices'], `${at}.`);
  return {
    question: text(asked['question'], `${at}.question`),
    choices: list(asked['choices'], `${at}.choices`).map((choice) =>
      text(choice, `${at}.choices`),
    ),
  };
}
