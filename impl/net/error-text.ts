/** What an error says, in one text; empty for what is neither an error nor a text. */
export function errorText(error: unknown): string {
  if (!(error instanceof Error)) return typeof error === 'string' ? error : '';
  // A name with two addresses, both refused: the message is empty, the reasons are inside.
  if (error instanceof AggregateError && error.message === '') {
    const reasons = error.errors.slice(0, 8).map(errorText);
    const told = [...new Set(reasons.filter((reason) => reason !== ''))];
    if (told.length > 0) return told.join('; ');
  }
  if (error.message !== '') return error.message;
  const code: unknown = 'code' in error ? error.code : undefined;
  return typeof code === 'string' ? code : error.name;
}
