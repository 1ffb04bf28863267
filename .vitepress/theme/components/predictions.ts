/**
 * Predictions: what a page asks before it shows, and what a browser remembers of the
 * answers. Both come from outside, from front matter and storage, and both are checked.
 */

export interface Prediction {
  readonly id: string;
  readonly question: string;
  readonly choices: readonly string[];
  /** Index of the right choice. */
  readonly right: number;
  /** A sentence for each choice: why it is right, or what is wrong about it. */
  readonly why: readonly string[];
  /** The scenario whose run decides. */
  readonly outcome?: string;
}

export interface RecallQuestion {
  readonly question: string;
  readonly answer: string;
}

export class PredictionError extends Error {
  override readonly name = 'PredictionError';
}

type Fields = Readonly<Record<string, unknown>>;

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isTexts(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((item) => isText(item));
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value.trim() !== '';
}

const idPattern = /^[a-z0-9][a-z0-9-]{0,60}$/;

/**
 * The `predictions` of a page's front matter.
 *
 * @throws {PredictionError} with the one that breaks the form
 */
export function readPredictions(value: unknown): readonly Prediction[] {
  if (value === undefined) return [];
  if (!Array.isArray(value)) throw new PredictionError('predictions: expected a list');
  const seen = new Set<string>();
  return value.map((entry, index) => {
    const prediction = readPrediction(entry, index);
    if (seen.has(prediction.id)) {
      throw new PredictionError(`predictions: two have the id ${prediction.id}`);
    }
    seen.add(prediction.id);
    return prediction;
  });
}

function readPrediction(entry: unknown, index: number): Prediction {
  const fields = isFields(entry) ? entry : {};
  const { id, question, choices, right, why, outcome } = fields;
  const at = typeof id === 'string' ? `prediction ${id}` : `prediction ${index + 1}`;
  const need = (what: string): never => {
    throw new PredictionError(`${at}: ${what}`);
  };
  if (typeof id !== 'string' || !idPattern.test(id))
    return need('needs an id, a-z 0-9 -');
  if (!isText(question)) return need('needs a question');
  if (!isTexts(choices) || choices.length < 2 || choices.length > 6) {
    return need('needs two to six choices');
  }
  if (new Set(choices).size < choices.length) return need('two choices are the same');
  if (typeof right !== 'number' || choices[right] === undefined) {
    return need(`right is an index from 0 to ${choices.length - 1}`);
  }
  if (!isTexts(why) || why.length !== choices.length) {
    return need('needs one sentence of why for each choice');
  }
  if (outcome !== undefined && !isText(outcome))
    return need('outcome names a scenario');
  const prediction = { id, question, choices, right, why };
  return outcome === undefined ? prediction : { ...prediction, outcome };
}

/**
 * The `retrieval` of a page's front matter.
 *
 * @throws {PredictionError} with the one that breaks the form
 */
export function readRecall(value: unknown): readonly RecallQuestion[] {
  if (value === undefined) return [];
  if (!Array.isArray(value)) throw new PredictionError('retrieval: expected a list');
  return value.map((entry, index) => {
    const { question, answer } = isFields(entry) ? entry : {};
    if (isText(question) && isText(answer)) return { question, answer };
    throw new PredictionError(`retrieval ${index + 1}: needs a question and an answer`);
  });
}

/** What a reader did with a question: the index of a choice, or a look at the answer. */
export type Answer = number | 'skipped';
export type Answers = Readonly<Record<string, Answer>>;

const maxAnswers = 500;

/** What storage holds, as far as it makes sense; never throws. */
export function parseAnswers(text: string | null): Answers {
  let value: unknown;
  try {
    value = JSON.parse(text ?? '{}');
  } catch {
    return {};
  }
  if (!isFields(value) || value['version'] !== 1 || !isFields(value['answers']))
    return {};
  const found: Record<string, Answer> = {};
  for (const [id, answer] of Object.entries(value['answers']).slice(0, maxAnswers)) {
    const isChoice =
      typeof answer === 'number' && Number.isInteger(answer) && answer >= 0;
    if (idPattern.test(id) && (answer === 'skipped' || isChoice)) found[id] = answer;
  }
  return found;
}
