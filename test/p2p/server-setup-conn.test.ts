import { describe, expect, it } from 'vitest';
import { fromHex } from '../../impl/bytes.ts';
import { sleep } from '../../impl/csp/timer.ts';
import type { ConnFlags, ProtoHandshake } from '../../impl/p2p/conn.ts';
import type { Node, NodeID } from '../../impl/p2p/enode.ts';
import { DiscError } from '../../impl/p2p/peer-error.ts';
import { ServerStopped, setupHello } from '../../impl/p2p/setup.ts';
import { pipe } from '../../impl/net/pipe.ts';
import { explore, failureOf, finished, run } from '../helpers/explore.ts';
import { helloConn, idOf, makeProtocol, readAll } from '../helpers/peers.ts';
import { makeServer, nodeAt, serverID, World } from '../helpers/servers.ts';
import { ScriptedTransport, type ScriptedAnswers } from '../helpers/transports.ts';

const remote = idOf('22');
const other = idOf('33');

const inbound = (): ConnFlags => ({
  inbound: true,
  staticDialed: false,
  trusted: false,
});
const dialed = (): ConnFlags => ({
  inbound: false,
  staticDialed: true,
  trusted: false,
});

function hello(id: NodeID, caps = [{ name: 'a', version: 1 }]): ProtoHandshake {
  return { version: 5, name: 'x', caps, listenPort: 0, id: fromHex(id) };
}

interface SetupCase {
  readonly what: string;
  readonly answers: ScriptedAnswers;
  readonly dest?: Node;
  readonly calls: string[];
  readonly error: Error;
  readonly stopped?: boolean;
}

const readError = new Error('read error');
const helloError = new Error('foo');
const encOnly = ['doEncHandshake', 'close'];
const both = ['doEncHandshake', 'doProtoHandshake', 'close'];

// geth: TestServerSetupConn, seven situations; the others are ours
const cases: SetupCase[] = [
  {
    what: 'the server has stopped',
    answers: { enc: remote },
    stopped: true,
    calls: ['close'],
    error: new ServerStopped(),
  },
  {
    what: 'the encryption handshake fails',
    answers: { enc: readError },
    calls: encOnly,
    error: readError,
  },
  {
    what: 'somebody else answers our dial',
    answers: { enc: other },
    dest: nodeAt(remote, '10.0.0.2'),
    calls: encOnly,
    error: new DiscError(9),
  },
  {
    what: 'Hello from our dial carries another id',
    answers: { enc: remote, hello: hello(other) },
    dest: nodeAt(remote, '10.0.0.2'),
    calls: both,
    error: new DiscError(9),
  },
  {
    what: 'Hello from an inbound connection carries another id',
    answers: { enc: remote, hello: hello(other) },
    calls: both,
    error: new DiscError(9),
  },
  {
    what: 'Hello fails',
    answers: { enc: remote, hello: helloError },
    dest: nodeAt(remote, '10.0.0.2'),
    calls: both,
    error: helloError,
  },
  {
    what: 'the remote disconnects instead of Hello',
    answers: { enc: remote, hello: new DiscError(4) },
    calls: both,
    error: new DiscError(4),
  },
  {
    what: 'the remote is ourselves',
    answers: { enc: serverID, hello: hello(serverID) },
    calls: encOnly,
    error: new DiscError(10),
  },
  {
    what: 'Hello names no protocol of ours',
    answers: { enc: remote, hello: hello(remote, [{ name: 'z', version: 1 }]) },
    calls: both,
    error: new DiscError(3),
  },
  {
    what: 'Hello names no protocol at all',
    answers: { enc: remote, hello: hello(remote, []) },
    calls: both,
    error: new DiscError(3),
  },
];

async function setUp(
  setup: SetupCase,
): Promise<{ transport: ScriptedTransport; error: unknown }> {
  const world = new World();
  const transport = new ScriptedTransport(setup.answers);
  const server = makeServer(world, { newTransport: () => transport, listens: false });
  await server.start();
  const [fd] = pipe();
  if (setup.stopped === true) await server.stop();
  const flags = setup.dest === undefined ? inbound() : dialed();
  const error = await failureOf(server.setupConn(fd, flags, setup.dest));
  await server.stop();
  return { transport, error };
}

describe('Server.setupConn', () => {
  for (const setup of cases) {
    it(`closes with the reason when ${setup.what} (k = 1)`, async () => {
      await explore(
        1,
        () => setUp({ ...setup }),
        (run) => {
          const { transport, error } = finished(run);
          expect(error).toEqual(setup.error);
          expect(transport.closedWith).toEqual(setup.error);
          expect(transport.calls).toEqual(setup.calls);
        },
      );
    });
  }

  it('resolves when the connection is a peer, and leaves it open', () =>
    run(async () => {
      const world = new World();
      const transport = new ScriptedTransport({ enc: remote, hello: hello(remote) });
      const server = makeServer(world, {
        newTransport: () => transport,
        listens: false,
      });
      await server.start();
      const [fd] = pipe();
      await server.setupConn(fd, dialed(), nodeAt(remote, '10.0.0.2'));
      expect(transport.calls).toEqual(['doEncHandshake', 'doProtoHandshake']);
      // A dial task counts as done only now: its peer is there.
      expect(await server.peerIDs()).toEqual(['22']);
      await sleep(1);
      await server.stop();
      expect(server.story).toEqual(['add 22', 'drop 22 8']);
    }));
});

describe('setupHello', () => {
  it('gives the connection its caps and name, and shares its flags', () =>
    run(async () => {
      const transport = new ScriptedTransport({ enc: remote, hello: hello(remote) });
      const flags = dialed();
      const conn = { ...helloConn(transport, []), transport, id: remote, flags };
      const done = await setupHello(conn, hello(serverID));
      expect(done).toMatchObject({ name: 'x', caps: [{ name: 'a', version: 1 }] });
      expect(done.flags).toBe(conn.flags); // trusted is set there at checkpoint 1
    }));

  it('says every protocol of ours, in the order of the configuration', () =>
    run(async () => {
      const world = new World();
      const transport = new ScriptedTransport({ enc: remote, hello: helloError });
      const protocols = [
        makeProtocol(readAll, { name: 'z', version: 2 }),
        makeProtocol(readAll, { name: 'a', version: 63 }),
        makeProtocol(readAll, { name: 'a', version: 62 }),
      ];
      const server = makeServer(world, {
        newTransport: () => transport,
        listens: false,
        protocols,
      });
      await server.start();
      const [fd] = pipe();
      await failureOf(server.setupConn(fd, dialed(), nodeAt(remote, '10.0.0.2')));
      await server.stop();
      expect(transport.said).toEqual({
        version: 5,
        name: 'peerwalk/test',
        caps: [
          { name: 'z', version: 2 },
          { name: 'a', version: 63 },
          { name: 'a', version: 62 },
        ],
        listenPort: 0,
        id: fromHex(serverID),
      });
    }));
});
