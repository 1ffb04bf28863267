import { describe, expect, it } from 'vitest';
import {
  citations,
  findGeth,
  isKnownPlace,
  mirrors,
} from '../../.vitepress/weave/geth.ts';
import { implFiles, listFiles, readText } from '../../.vitepress/weave/repo.ts';
import {
  findSymbols,
  parseText,
  symbolsOf,
  type FileSymbols,
} from '../../.vitepress/weave/symbols.ts';
import { gethPlaces, gethSymbols } from '../../docs/reference/geth-table.ts';

const read = (text: string): FileSymbols => findSymbols(parseText('impl/a.ts', text));

describe('the table of geth', () => {
  it('has every pair that a @geth tag names', () => {
    const missing = mirrors()
      .filter(({ tag }) => tag.symbol === undefined || !findGeth(tag.file, tag.symbol))
      .map(
        ({ path, tag }) => `${path}:${tag.line}: @geth ${tag.file} ${tag.symbol ?? ''}`,
      );
    expect(missing, 'add them to docs/reference/geth-table.ts').toEqual([]);
  });

  it('has every line that a page or a comment cites', () => {
    const texts = [
      ...implFiles(),
      ...listFiles('docs', '.md').filter((path) => !path.startsWith('docs/source/')),
      ...listFiles('exercises', '.md', '.ts'),
    ];
    const unknown = texts.flatMap((path) =>
      citations(readText(path))
        .filter(({ file, line }) => !isKnownPlace(file, line))
        .map(({ file, line }) => `${path}: ${file}:${line}`),
    );
    expect(unknown, 'no such line in docs/reference/geth-table.ts').toEqual([]);
  });

  it('has each symbol and each line once', () => {
    const names = gethSymbols.map(({ file, symbol }) => `${file} ${symbol}`);
    const lines = [...gethSymbols, ...gethPlaces].flatMap(({ file, line }) =>
      line === undefined ? [] : [`${file}:${line}`],
    );
    expect(names.length).toBe(new Set(names).size);
    expect(lines.length).toBe(new Set(lines).size);
  });
});

describe('@geth tags', () => {
  it('stand in the docstring of a symbol', () => {
    const stray = implFiles()
      .filter((file) => file !== 'impl/geth.ts') // explains the tag
      .flatMap((file) =>
        symbolsOf(file).strayTags.map(
          (tag) => `${file}:${tag.line}: @geth ${tag.file}`,
        ),
      );
    expect(stray).toEqual([]);
  });
});

describe('findSymbols', () => {
  it('gives a tag to the symbol below it, and to that one alone', () => {
    const text = [
      '/** Serves. @geth p2p/peer.go Peer.run */',
      'export class Peer {',
      '  /** Answers.',
      '   * @geth p2p/peer.go Peer.handle',
      '   */',
      '  handle(): void {}',
      '}',
    ].join('\n');
    expect(
      read(text).symbols.map(({ name, line, geth }) => ({ name, line, geth })),
    ).toEqual([
      {
        name: 'Peer',
        line: 2,
        geth: [{ line: 1, file: 'p2p/peer.go', symbol: 'Peer.run' }],
      },
      {
        name: 'Peer.handle',
        line: 6,
        geth: [{ line: 4, file: 'p2p/peer.go', symbol: 'Peer.handle' }],
      },
    ]);
  });

  it('finds a tag that belongs to nothing', () => {
    const text =
      '// @geth p2p/peer.go Peer.run\n\nexport function f(): void {\n  // @geth p2p/dial.go x\n}\n';
    expect(read(text).strayTags.map(({ line }) => line)).toEqual([1, 4]);
  });

  it('reads the first sentence of the header', () => {
    const text =
      '/**\n * A channel: values go in,\n * and come out. Then more.\n */\n\nconst x = 1;\n';
    expect(read(text).summary).toBe('A channel: values go in, and come out.');
  });
});

describe('citations', () => {
  it('reads file and line, of a range the first', () => {
    const text = 'see `p2p/peer.go:273` and eth/handler.go:251-314, not server.go:1';
    expect(citations(text).map(({ file, line }) => `${file} ${line}`)).toEqual([
      'p2p/peer.go 273',
      'eth/handler.go 251',
    ]);
  });

  it('knows a measured line from another', () => {
    expect(isKnownPlace('p2p/peer.go', 273)).toBe(true);
    expect(isKnownPlace('p2p/peer.go', 274)).toBe(false);
  });
});
