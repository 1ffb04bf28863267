/** What the processes of the soak say to each other. */

export type ChildOrder =
  | {
      readonly do: 'begin';
      readonly enode: string;
      readonly seed: string;
      /** Percent of the arrivals beside which a hostile one comes. */
      readonly hostileShare: number;
    }
  | { readonly do: 'honest' | 'fill'; readonly peers: number }
  | { readonly do: 'ask'; readonly isMeasured: boolean }
  | { readonly do: 'churn'; readonly perSecond: number }
  | { readonly do: 'burst' | 'hold' | 'leave' | 'report' };

export interface CrowdReport {
  readonly come: number;
  readonly gone: number;
  readonly hostile: number;
  readonly refused: number;
  readonly here: number;
  /** Honest peers that the node has ended. */
  readonly dropped: number;
  readonly roundTripsMs: readonly number[];
  /** How long others had the processor: `Delay.feltMs`. */
  readonly starvedMs: number;
  readonly troubles: readonly (readonly [string, number])[];
}

export type ChildReport =
  | { readonly done: Exclude<ChildOrder['do'], 'report'> }
  | ({ readonly done: 'report' } & CrowdReport);
