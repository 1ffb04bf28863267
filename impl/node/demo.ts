/**
 * `npm run demo`: two nodes in one process meet over loopback TCP, the empty one syncs
 * the other's 63 blocks, and they part. Printed as a timeline with a column for each.
 */

import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { initCrypto } from '#crypto';
import { importChain } from '../core/chain-file.ts';
import { parseGenesis } from '../core/genesis.ts';
import { runtime } from '../csp/runtime.ts';
import { Done } from '../csp/done.ts';
import { recv, select } from '../csp/select.ts';
import { Timer } from '../csp/timer.ts';
import { messageName } from '../eth/protocol.ts';
import { parseEnode } from '../p2p/enode.ts';
import { discReasonText } from '../p2p/peer-error.ts';
import { traced } from '../sim/traced.ts';
import { FullNode, type FullNodeConfig } from './full-node.ts';
import { tcpNetwork } from './network.ts';
import { endWithOutput } from './output.ts';
import { inHex } from './report.ts';

const fixture = join(
  dirname(fileURLToPath(import.meta.url)),
  '../../test/fixtures/geth-chain',
);

/** geth v1.8.12 waits 10 s for a tick; who watches a demo should not have to. */
const syncTickMs = 500;
const giveUpMs = 20_000;

type Column = 'A' | 'B';

function printer(): (column: Column, text: string) => void {
  const start = runtime().now();
  return (column, text) => {
    const ms = String(Math.round(runtime().now() - start)).padStart(6);
    const indent = column === 'A' ? '' : ' '.repeat(44);
    process.stdout.write(`${ms} ms  ${column}  ${indent}${text}\n`);
  };
}

async function demo(): Promise<void> {
  const genesis = parseGenesis(readFileSync(join(fixture, 'genesis.json'), 'utf8'));
  const print = printer();
  const config = (column: Column): FullNodeConfig => ({
    privateKey: runtime().randomBytes(32),
    genesis,
    networkId: 1337n,
    network: tcpNetwork,
    name: `peerwalk/demo/${column}`,
    listen: { host: '127.0.0.1', port: 0 },
    syncTickMs,
    enableMsgEvents: true,
    onStatus: (_peer, { td, head }) => {
      print(column, `their Status: td ${td}, head ${inHex(head.slice(0, 8))}`);
    },
  });

  const b = new FullNode(config('B'));
  importChain(b.chain, readFileSync(join(fixture, 'chain.rlp')));
  const a = new FullNode(config('A'));
  const synced = new Done('synced');
  a.chain.subscribe(({ head, hash }) => {
    if (head.header.number < b.chain.currentHeader.number) return;
    print(
      'A',
      `has all blocks: head #${head.header.number} ${inHex(hash.slice(0, 8))}`,
    );
    synced.close();
  });
  for (const [column, node] of [
    ['A', a],
    ['B', b],
  ] as const)
    timeline(column, node, print);

  await b.start();
  print(
    'B',
    `listens on port ${b.server.port ?? 0}, has ${b.chain.currentHeader.number} blocks`,
  );
  await a.start();
  print('A', `listens on port ${a.server.port ?? 0}, has 0 blocks, dials B`);
  await a.server.addPeer(parseEnode(b.server.enode ?? ''));

  const late = new Timer('demo', giveUpMs);
  const event = await select({ synced: recv(synced), late: recv(late) });
  late.stop();
  if (event.case === 'late') print('A', 'gave up: no synchronisation');
  await a.stop();
  await b.stop();
  print('A', 'stopped');
  print('B', 'stopped');
  if (event.case === 'late') process.exitCode = 1;
}

function timeline(
  column: Column,
  { server }: FullNode,
  print: ReturnType<typeof printer>,
): void {
  server.feed.subscribe((event) => {
    switch (event.type) {
      case 'add':
        print(column, `${event.inbound ? 'let in' : 'met'} ${event.name}`);
        break;
      case 'drop':
        print(column, `lost the peer: ${discReasonText(event.reason)}`);
        break;
      case 'msgsend':
        print(column, `→ ${messageName(event.code)}, ${event.size} bytes`);
        break;
      case 'msgrecv':
        print(column, `← ${messageName(event.code)}, ${event.size} bytes`);
        break;
      case 'refused':
        print(column, `let nobody in: ${event.error.message}`);
        break;
      case 'accept-error':
        print(column, `no connection: ${event.error.message}`);
        break;
      case 'dial-error':
        print(column, `the dial failed: ${event.error.message}`);
        break;
    }
  });
}

endWithOutput('demo');
await initCrypto();
const trace = await traced('demo', demo);
process.stdout.write(
  `${trace.events.length} steps of tasks were recorded on the way.\n`,
);
