declare module '@localSearchIndex' {
  const index: Readonly<Record<string, () => Promise<{ default: string }>>>;
  export default index;
}

declare module 'virtual:peerwalk-traces' {
  import type { TraceData } from '../build/trace-plugin.ts';
  const loaders: Readonly<Record<string, () => Promise<{ default: TraceData }>>>;
  export default loaders;
}
