declare module '@localSearchIndex' {
  const index: Readonly<Record<string, () => Promise<{ default: string }>>>;
  export default index;
}

declare module 'virtual:peerwalk-code' {
  import type { MessagePlaces } from '../lab/message-places.ts';
  import type { CodeLine } from '../lab/player-data.ts';
  const loaders: Readonly<
    Record<string, () => Promise<{ default: Readonly<Record<number, CodeLine>> }>>
  >;
  export default loaders;
  export const places: MessagePlaces;
}

declare module 'virtual:peerwalk-traces' {
  import type { TraceData } from '../build/trace-plugin.ts';
  const loaders: Readonly<Record<string, () => Promise<{ default: TraceData }>>>;
  export default loaders;
}
