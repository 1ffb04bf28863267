/**
 * What the bench asks of anything that carries messages: our node, @ethereumjs/devp2p,
 * a bare transport, a plain socket. Each runs in a process of its own.
 */

export const stackNames = ['ours', 'devp2p', 'transport', 'raw'] as const;
export type StackName = (typeof stackNames)[number];

export interface Address {
  readonly port: number;
  /** Public key, 128 hex digits; empty where there are no identities. */
  readonly id: string;
}

export const host = '127.0.0.1';

/** Message codes of the bench's own protocol. */
export const codes = { data: 0, ping: 1, pong: 2, end: 3 } as const;
export const protocolName = 'bench';
export const protocolLength = 4;

export interface Link {
  /** Undefined where nothing has to be waited for before the next one. */
  send(code: number, payload: Uint8Array): Promise<void> | undefined;
}

/** Gets every message. What it returns is awaited before the next one. */
export type Receive = (
  link: Link,
  code: number,
  payload: Uint8Array,
) => Promise<void> | undefined;

/** Made before the clock runs: with its key, and whatever else is no handshake. */
export interface Dialer {
  /** Resolves when both handshakes are done. */
  dial(): Promise<Link>;
  close(): Promise<void>;
}

export interface Stack {
  /** @param maxPeers so many inbound ones fit */
  listen(maxPeers: number, receive: Receive, up: () => void): Promise<Address>;
  dialer(to: Address, receive: Receive): Promise<Dialer>;
}
