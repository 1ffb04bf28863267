/** The types of the page's editor, over the texts that the page loads for them. */

import ts from 'typescript';
import { beforeAll, describe, expect, it } from 'vitest';
import { readCatalog, type Exercise } from '#kit/catalog/catalog.ts';
import { repository } from '#kit/catalog/sources.ts';
import { keptTypeAssets } from '#kit/script/types.ts';
import { typeProblems } from '#kit/terminal/types.ts';
import { TypeService, type TypeTexts } from '#kit/types/service.ts';
import { course } from './sources.ts';

const exercises = readCatalog(course);
let texts: TypeTexts;
let service: TypeService; // one for all: what it has read it keeps

beforeAll(async () => {
  texts = JSON.parse((await keptTypeAssets(course)).texts) as TypeTexts; // made by us
  service = new TypeService(ts, texts, `exercises/${byId('E14').folder}/exercise.ts`);
}, 120_000);

function byId(id: string): Exercise {
  const found = exercises.find(({ facts }) => facts.id === id);
  if (found === undefined) throw new Error(`there is no ${id}`);
  return found;
}

/** The starter of an exercise, `code` before what it throws. */
function begun(id: string, code: string): string {
  const { starter } = byId(id);
  const at = starter.indexOf('throw new Unsolved');
  return `${starter.slice(0, at)}${code}\n  ${starter.slice(at)}`;
}

/** Writes `text`, and gives the place right behind the last of some words in it. */
function write(text: string): (words: string) => number {
  service.write(text);
  return (words) => {
    const at = text.lastIndexOf(words);
    if (at < 0) throw new Error(`${words} is not in the text`);
    return at + words.length;
  };
}

describe('TypeService', () => {
  // All of them, and the wrong answers, are checked by the terminal's types.
  it('finds nothing wrong with a starter, nor with a solution', () => {
    for (const { facts, starter, solution } of ['W1', 'E11', 'E13', 'E14'].map(byId)) {
      service.write(starter);
      expect(service.problems(), facts.id).toEqual([]);
      service.write(solution);
      expect(service.problems(), facts.id).toEqual([]);
    }
  });

  it('says where a type does not fit, and no more once it does', () => {
    const bad = begun('E14', 'const n: number = peer.getProto(msg.code);');
    const after = write(bad);
    expect(service.problems()).toEqual([
      {
        from: after('const '),
        to: after('const n'),
        line: bad.slice(0, after('const n')).split('\n').length,
        column: 9,
        message: "Type 'ProtoRW' is not assignable to type 'number'.",
      },
    ]);
    service.write(bad.replace('n: number', 'n'));
    expect(service.problems()).toEqual([]);
  });

  it.each([
    ['E14', 'peer.', ['closed', 'getProto', 'pingRecv']],
    ['E19', 'proto.', ['closed', 'in', 'offset']],
  ])('%s: offers the members behind %s', (id, code, members) => {
    const after = write(begun(id, code));
    const found = service.completions(after(`\n  ${code}`));
    expect(found?.names.map(({ name }) => name)).toEqual(members);
    expect(found?.from).toBe(after(`\n  ${code}`));
  });

  it('offers what is imported before what is everywhere, and what an import can name', () => {
    const after = write(begun('E14', 'sel'));
    const found = service.completions(after('\n  sel'));
    expect(found?.from).toBe(after('\n  sel') - 3);
    const rank = (wanted: string): number | undefined =>
      found?.names.find(({ name }) => name === wanted)?.rank;
    expect(rank('select')).toBe(1);
    expect(rank('while')).toBe(-1);
    expect(rank('document'), 'no name of a page').toBeUndefined();

    const inPath = write("import { Done } from '#impl/csp/'");
    const files = service.completions(inPath('csp/'))?.names;
    expect(files?.map(({ name }) => name)).toContain('done.ts');
  });

  it('tells the type and our comment of what is imported', () => {
    const { starter: text } = byId('E14');
    service.write(text);
    const from = text.indexOf('select');
    const told = service.hover(from + 2);
    expect(told).toMatchObject({ from, to: from + 'select'.length });
    expect(told?.type).toMatch(/^\(alias\) function select<.*Promise<Chosen<C>>$/);
    expect(told?.text).toBe(
      'Waits until one case can happen, and makes that one happen.',
    );
    expect(service.hover(text.indexOf('/**')), 'in a comment').toBeUndefined();
  });

  it('tells of a completion what a hover tells of the name', () => {
    const after = write(begun('E14', 'peer.getProto'));
    const at = after('peer.getProto');
    const hover = service.hover(at);
    expect(hover?.type).toBe('(method) getProto(code: number): ProtoRW');
    expect(hover?.tags).toEqual([{ name: 'geth', text: 'p2p/peer.go Peer.getProto' }]);
    const { type, text, tags } = hover ?? {};
    expect(service.details(at, 'getProto')).toEqual({ type, text, tags });
  });

  it('says at most a hundred problems', () => {
    service.write('missing;\n'.repeat(300));
    expect(service.problems()).toHaveLength(100);
  });
});

/** Code that is wrong in a way of its own, put into E14 (and once, on its own). */
const wrong = [
  'const n: number = peer.getProto(msg.code);',
  'peer.version;',
  'peer.getProto();',
  'peer.getProto("16").in.read();',
  'await select(send(peer.pingRecv, msg));',
  'await select({ ping: recv(peer.pingRecv), msg });',
  'const chosen = await select({ ping: recv(peer.pingRecv), over: recv(peer.closed) });\n  chosen.msg;',
  'new DiscError("no reason");',
  'msg.code = 3;',
  'msg.payload.push(1);',
  'document.title; process.exit(); Buffer.from("a"); window; fetch("x");',
  'Map.groupBy([1], () => 1); Promise.withResolvers();',
  'const unused = 1; enum Side { Ours } function f(a) {}',
  'const f = () => { await peer; };',
  'const a = {',
  'const “a” = 1;',
  'let found: string | undefined; found.length;',
];
const modules = [
  "import { nothing } from '#impl/csp/select.ts';\nimport x from '#impl/none.ts';",
  "import { readFileSync } from 'node:fs';\nimport pad from 'left-pad';",
  "import { keccak_256 } from '@noble/hashes/sha3.js';\nconst a: string = keccak_256;",
  "import { Peer } from '#impl/p2p/peer.ts';\nnew Peer().loop();",
  "import { Server } from '#impl/p2p/server.ts';\nlet s!: Server; s.peers.nothing;",
  "import { keccak256 } from '#crypto';\nkeccak256(1);",
  "import { outcome } from '#kit/outcome.ts';\noutcome(1);",
  "import { items } from './items.ts';\nitems;",
];

describe('what the page says of a text', () => {
  it('is what the terminal says of it, in the same words and places', () => {
    const all = [...wrong.map((code) => begun('E14', code)), ...modules];
    const folder = `exercises/${byId('E14').folder}`;
    const named = new Map(all.map((text, i) => [`${folder}/${i}.checked.ts`, text]));
    const terminal = typeProblems(ts, repository.root, named);
    const silent: string[] = [];
    for (const [name, text] of named) {
      service.write(text);
      const own = service.problems().map((one) => ({ file: name, ...one }));
      expect(own, text).toEqual(terminal.filter(({ file }) => file === name));
      if (own.length === 0) silent.push(text);
    }
    expect(silent, 'texts with nothing wrong, which compare nothing').toEqual([]);
  });
});

describe('the texts that a page loads for types', () => {
  it('have no body of a function, so that none is an answer', () => {
    const ours = Object.entries(texts).filter(([file]) =>
      /^(?:impl|exercises)\//.test(file),
    );
    expect(ours.length).toBeGreaterThan(60);
    const bodies = ours.flatMap(([file, text]) => {
      const found: string[] = [];
      const look = (node: ts.Node): void => {
        if (ts.isFunctionLike(node) && 'body' in node && node.body !== undefined)
          found.push(`${file}: ${node.getText().slice(0, 60)}`);
        ts.forEachChild(node, look);
      };
      look(ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true));
      return found;
    });
    expect(bodies).toEqual([]);
  });

  it('have nothing of an exercise: no solution, no test, no wrong answer', () => {
    const files = Object.keys(texts).filter((file) => file.startsWith('exercises/'));
    expect(files.filter((file) => !file.startsWith('exercises/kit/'))).toEqual([]);
    const all = Object.values(texts).join('\n');
    const lines = (text: string): string[] =>
      text
        .split('\n')
        .map((line) => line.trim())
        .filter((line) => line.length > 20);
    for (const { facts, solution, starter } of exercises) {
      const given = new Set(lines(starter));
      const answer = lines(solution).filter(
        (line) => !given.has(line) && !/^(?:import|\/?\*|\/\/)/.test(line),
      );
      expect(
        answer.filter((line) => all.includes(line)),
        facts.id,
      ).toEqual([]);
    }
  });
});
