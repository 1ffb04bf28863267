/** The picture of one peer: what it shows is what the code and its runs have. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { repoDir } from '../../.vitepress/build/pages.ts';
import { lanes } from '../../.vitepress/data/lanes.ts';
import {
  findPeerPicture,
  type PeerPicture,
} from '../../.vitepress/data/peer-picture.ts';
import {
  NotPlaced,
  pipesOf,
  rows,
} from '../../.vitepress/theme/components/peer-picture.ts';
import { parts } from '../../.vitepress/theme/strings/parts.en.ts';

const source = (file: string): string =>
  readFileSync(join(repoDir, 'impl/p2p', file), 'utf8');

describe('the picture of one peer', () => {
  let picture: PeerPicture;
  beforeAll(async () => {
    picture = await findPeerPicture();
  }, 60_000);

  /** One line for each channel, as a person would say it. */
  const told = (): string[] =>
    picture.channels.map(
      ({ name, senders, receivers, ...room }) =>
        `${name}, ${parts.peer.room(room.capacity, room.perProtocol)}: ` +
        `${senders.join(' and ')} to ${receivers.join(' and ')}`,
    );

  it('has every channel with its room, who sends and who receives', () => {
    expect(told()).toEqual([
      'disc, no room: eth/63 and run to runPeer',
      'protoErr, N + 1 places: pingLoop and eth/63 to runPeer',
      'readErr, 1 place: readLoop to runPeer',
      'writeErr, 1 place: eth/63 to runPeer',
      'writeStart, 1 place: runPeer to eth/63',
      'pingRecv, 16 places: readLoop to pingLoop',
      'in, no room: readLoop to eth/63',
      'delpeer, no room: runPeer to run',
    ]);
  });

  it('has the signal, the connection, and who starts whom', () => {
    expect(picture.closed).toEqual({
      by: ['runPeer'],
      seenBy: ['readLoop', 'pingLoop', 'eth/63'],
    });
    expect(picture.line).toEqual({
      readers: ['readLoop'],
      writers: ['pingLoop', 'eth/63', 'runPeer'],
    });
    expect(picture.starts.map(({ by, task }) => `${by} ${task}`)).toEqual([
      'runPeer readLoop',
      'runPeer pingLoop',
      'runPeer eth/63',
      'run runPeer',
    ]);
    const started = new Set(picture.starts.map(({ task }) => task));
    expect(lanes.filter((lane) => !started.has(lane))).toEqual(['run']);
  });

  it('leaves out no channel and no task of the source', () => {
    const made = ['peer.ts', 'proto-rw.ts'].flatMap((file) =>
      Array.from(source(file).matchAll(/new Chan(?:<[^(]*>)?\(/g)),
    );
    // `delpeer` is the server's.
    expect(made).toHaveLength(picture.channels.length - 1);
    expect(source('peer.ts').match(/new Done\(/g)).toHaveLength(1);
    const begun = picture.starts.filter(({ by }) => by === 'runPeer');
    expect(source('peer.ts').match(/wg\.go\(/g)).toHaveLength(begun.length);
  });

  it('places each channel once, and refuses one that it has no row for', () => {
    expect(pipesOf(picture).map(({ channel }) => channel.name)).toEqual([...rows]);
    const [first, ...others] = picture.channels;
    if (first === undefined) throw new Error('no channels');
    const renamed = { ...first, name: 'other' };
    const withRenamed = { ...picture, channels: [renamed, ...others] };
    expect(() => pipesOf(withRenamed)).toThrow(NotPlaced);
    expect(() => pipesOf({ ...picture, channels: others })).toThrow(NotPlaced);
    const unread = { ...first, receivers: [] };
    expect(() => pipesOf({ ...picture, channels: [unread, ...others] })).toThrow(
      NotPlaced,
    );
  });
});
