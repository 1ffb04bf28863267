import { recv, select } from '#impl/csp/select.ts';
import {
  DiscError,
  discNetworkError,
  discReasonForError,
  discUselessPeer,
  PeerError,
} from '#impl/p2p/peer-error.ts';
import type { Puzzle } from '#kit/parsons.ts';

export const puzzle: Puzzle = {
  lines: [
    {
      id: 'tell',
      code: 'await peer.conn.transport.close(new DiscError({{told}}));',
    },
    {
      id: 'wait',
      code: `const event = await select({
  writeErr: recv(peer.writeErr),
  readErr: recv(peer.readErr),
  protoErr: recv(peer.protoErr),
  disc: recv(peer.disc),
});
switch (event.case) {`,
    },
    { id: 'return', code: 'return end;' },
    {
      id: 'protocol-ended',
      code: `case 'protoErr':
  end = endOf(event.value);
  break;`,
    },
    { id: 'ask', code: 'await peer.disconnect(end.reason);' },
    { id: 'loop', code: 'let end;\nwhile (end === undefined) {' },
    { id: 'close', code: 'peer.closed.close();' },
    {
      id: 'write-over',
      code: `case 'writeErr':
  if (event.value !== undefined) {
    end = networkEnd(event.value);
  } else {{written}};
  break;`,
    },
    {
      id: 'tasks',
      code: `peer.wg.go('readLoop', () => peer.readLoop());
peer.wg.go('pingLoop', () => peer.pingLoop());
peer.startProtocols();`,
    },
    { id: 'end-switch', code: '} // of the switch' },
    { id: 'told-already', code: 'if (end.remoteRequested) return end;' },
    {
      id: 'read-ended',
      code: `case 'readErr':
  if (event.value instanceof DiscError) {
    end = { ...endOf(event.value), remoteRequested: true };
  } else end = {{unread}};
  break;`,
    },
    { id: 'everyone', code: 'await peer.wg.wait();' },
    { id: 'writer', code: "peer.wg.go('writeLoop', () => peer.writeLoop());" },
    { id: 'token', code: 'peer.writeStart.trySend(undefined);' },
    {
      id: 'asked',
      code: `case 'disc':
  end = endOf(new DiscError(event.value));
  break;`,
    },
    { id: 'end-loop', code: '} // of the while' },
  ],
  blanks: {
    told: {
      choices: ['discUselessPeer', 'discReasonForError(end.error)', 'end.reason'],
    },
    written: {
      choices: [
        'continue',
        'peer.writeErr.trySend(undefined)',
        'peer.writeStart.trySend(undefined)',
      ],
    },
    unread: {
      choices: [
        "endOf(new PeerError('invalid-msg-code'))",
        'networkEnd(event.value)',
        'endOf(event.value)',
      ],
    },
  },
  before: `const networkEnd = (error) => ({
  error, reason: discNetworkError, remoteRequested: false,
});
const endOf = (error) => ({
  error, reason: discReasonForError(error), remoteRequested: false,
});

async function run(peer) {`,
  after: '}',
  declares: 'run',
  scope: {
    recv,
    select,
    DiscError,
    discNetworkError,
    discReasonForError,
    discUselessPeer,
    PeerError,
  },
};
