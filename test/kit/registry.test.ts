import { describe, expect, it } from 'vitest';
import {
  NoSuchModule,
  NotPluggable,
  Registry,
  type ModuleFactory,
} from '#kit/run/registry.ts';

const greet: ModuleFactory = (module) => {
  class Greeter {
    greet(name: string): string {
      return `hello ${name}`;
    }
  }
  module.exports = { hello: (name: string) => `hello ${name}`, Greeter, word: 'hello' };
};

interface Use {
  greetAll(names: readonly string[]): string[];
  viaMethod(name: string): string;
}

const use: ModuleFactory = (module, _, require) => {
  const greeting = require('impl/greet.ts') as {
    hello(name: string): string;
    Greeter: new () => { greet(name: string): string };
  };
  module.exports = {
    greetAll: (names: readonly string[]) => names.map((name) => greeting.hello(name)),
    viaMethod: (name: string) => new greeting.Greeter().greet(name),
  };
};

function registry(): { registry: Registry; use: Use } {
  const made = new Registry({ 'impl/greet.ts': greet, 'impl/use.ts': use }, {});
  return { registry: made, use: made.require('impl/use.ts') as unknown as Use };
}

const file = 'impl/greet.ts';

describe('Registry.plug', () => {
  it('replaces an export for the modules that import it', () => {
    const { registry: made, use: used } = registry();
    expect(used.greetAll(['a'])).toEqual(['hello a']);
    made.plug({ file, symbol: 'hello' }, (name) => `good day ${String(name)}`);
    expect(used.greetAll(['a'])).toEqual(['good day a']);
  });

  it('replaces a method, and gives it the object as this', () => {
    const { registry: made, use: used } = registry();
    made.plug({ file, symbol: 'Greeter.greet' }, function (name) {
      return `${String(name)}, ${this?.constructor.name ?? ''}`;
    });
    expect(used.viaMethod('b')).toBe('b, Greeter');
  });

  it.each(['goodbye', 'word', 'Greeter.wave', 'hello.call'])(
    'refuses %s: it is no function that others reach',
    (symbol) => {
      const { registry: made } = registry();
      expect(() => made.plug({ file, symbol }, () => 1)).toThrow(NotPluggable);
    },
  );
});

describe('Registry.require', () => {
  it('loads a module once', () => {
    const { registry: made } = registry();
    expect(made.require(file)).toBe(made.require(file));
  });

  it('does not let an importer change an export', () => {
    const { registry: made } = registry();
    expect(Reflect.set(made.require(file), 'word', 'bye')).toBe(false);
    expect(made.require(file)['word']).toBe('hello');
  });

  it('names a module that is not there', () => {
    const { registry: made } = registry();
    expect(() => made.require('impl/none.ts')).toThrow(NoSuchModule);
  });
});
