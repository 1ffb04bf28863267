/**
 * The gate over predictions: every one is well formed and asked once on its page, and
 * one that names a scenario has the answer that the scenario's runs give.
 */
import { agrees, claimsOf, type Judged } from '../data/claims.ts';
import { findClocks } from '../data/clocks.ts';
import { findGates } from '../data/gates.ts';
import { findBankOutcomes, findOutcomes } from '../data/outcomes.ts';
import {
  PredictionError,
  readPredictions,
  readRecall,
  type Prediction,
} from '../theme/components/predictions.ts';

/** How a scenario ended, as far as a choice may claim something of it. */
interface Known {
  readonly name: string;
  readonly endings: readonly { readonly ending: Judged }[];
}

let outcomes: Promise<readonly Known[]> | undefined;

async function findKnown(): Promise<readonly Known[]> {
  return [
    ...(await findOutcomes()),
    ...(await findBankOutcomes()),
    ...(await findGates()),
    ...(await findClocks()),
  ];
}

/** @throws {PredictionError} naming page and prediction */
export async function checkPredictions(
  page: string,
  frontMatter: Readonly<Record<string, unknown>>,
  text: string,
): Promise<void> {
  try {
    const predictions = readPredictions(frontMatter['predictions']);
    checkUses(predictions, readRecall(frontMatter['retrieval']).length, text);
    if (predictions.every(({ outcome }) => outcome === undefined)) return;
    const known = await (outcomes ??= findKnown());
    for (const prediction of predictions) checkOutcome(prediction, known);
  } catch (error) {
    if (!(error instanceof PredictionError)) throw error;
    throw new PredictionError(`docs/${page}: ${error.message}`);
  }
}

function checkUses(
  predictions: readonly Prediction[],
  recalls: number,
  text: string,
): void {
  const asked = Array.from(text.matchAll(/<Predict\s+id="([^"]*)"/g), (use) => use[1]);
  const banks = Array.from(
    text.matchAll(/<PredictBank\s+of="([^"]*)"/g),
    (use) => use[1],
  );
  for (const { id } of predictions) {
    const inBank = banks.some((of) => of !== undefined && id.startsWith(`${of}-`));
    const times = asked.filter((one) => one === id).length + (inBank ? 1 : 0);
    if (times !== 1) throw new PredictionError(`${id} is asked ${times} times`);
  }
  for (const id of asked) {
    if (!predictions.some((one) => one.id === id)) {
      throw new PredictionError(`<Predict id="${id}"> has no prediction`);
    }
  }
  if (recalls > 0 !== text.includes('<Recall')) {
    throw new PredictionError('retrieval and <Recall /> belong together');
  }
}

/** @throws {PredictionError} the runs do not single out the choice that is called right */
export function checkOutcome(
  { id, choices, right, outcome }: Prediction,
  known: readonly Known[],
): void {
  if (outcome === undefined) return;
  const found = known.find(({ name }) => name === outcome);
  if (found === undefined) throw new PredictionError(`${id}: no scenario ${outcome}`);
  const [first] = found.endings;
  if (first === undefined) throw new PredictionError(`${id}: ${outcome} never ran`);
  for (const [index, choice] of choices.entries()) {
    const claims = claimsOf(choice);
    if (claims === undefined) {
      throw new PredictionError(
        `${id}: “${choice}” begins with none of Nothing, Disconnect N, Message N, It stays`,
      );
    }
    if (agrees(claims, first.ending) !== (index === right)) {
      const { heard, endedAtMs } = first.ending;
      throw new PredictionError(
        `${id}: the run of ${outcome} (heard ${heard ?? 'nothing'}, ended at ` +
          `${endedAtMs ?? 'no time'}) says otherwise than “${choice}”`,
      );
    }
  }
}
