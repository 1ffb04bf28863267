export function sampleTrace(): string {
  return (
    JSON.stringify({
      peerwalkTrace: 1,
      code: '',
      scenario: 'sample',
      seed: '1',
      schedule: '',
    }) +
    '\n' +
    JSON.stringify({ bytes: [] }) +
    '\n'
  );
}
