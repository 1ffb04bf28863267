/**
 * Puts marks into code, so that a trace can say where in the source each task stands
 * (`impl/csp/where.ts`). JavaScript in, JavaScript out, line for line: before a call, an
 * `await` or a loop over an iterator, a mark with its line; after a call that another one
 * of the same statement follows, the line of that next one. Nothing else in a function
 * can make an event, so nothing else is marked.
 *
 * It runs in Node over our files and in the worker over a reader's, so it takes types for
 * gone already, and it changes no behaviour: what it cannot parse it leaves alone.
 */

import { parse, type Node } from 'acorn';
import { markNames } from './mark-names.ts';
import { childrenOf, Insertions, isNode, nodes, type AnyNode } from './syntax.ts';

export interface InstrumentOptions {
  readonly sourceType: 'module' | 'script';
  /** Whose lines give way to those of the code that calls it. */
  readonly machinery?: boolean;
}

/** The code with marks; undefined if it does not parse or uses their names itself. */
export function instrument(
  code: string,
  options: InstrumentOptions,
): string | undefined {
  if (code.includes('__peerwalk')) return undefined;
  let program: Node;
  try {
    program = parse(code, {
      ecmaVersion: 'latest',
      sourceType: options.sourceType,
      allowReturnOutsideFunction: true,
      allowHashBang: true,
    });
  } catch {
    return undefined;
  }
  const marker = new Marker(code, options.machinery === true);
  marker.outside(program);
  return marker.text();
}

/** How the marks of the function at hand are made. */
interface Body {
  /** Getters and `toString` serve whoever looks at a value: they are no step of a story. */
  readonly quiet: boolean;
  /** Where the machinery can remember the story's line; undefined: it has no place. */
  readonly start: number | undefined;
  remembers: boolean;
}

const outsideBody: Body = { quiet: true, start: undefined, remembers: false };

/** Where the mark of a statement goes. One that stands in no list gets braces around. */
interface Place {
  readonly at: number;
  readonly braced: boolean;
  readonly end: number;
}

/** A line, or undefined where no call follows. */
type Line = number | undefined;

class Marker {
  readonly #machinery: boolean;
  readonly #insertions: Insertions;
  #body: Body = outsideBody;
  #depth = 0;

  constructor(code: string, machinery: boolean) {
    this.#insertions = new Insertions(code);
    this.#machinery = machinery;
  }

  text(): string {
    return this.#insertions.applied();
  }

  /** What is in no function gets no marks; the functions in it do. */
  outside(node: Node): void {
    const before = this.#body;
    this.#body = outsideBody;
    this.#expression(node, undefined);
    this.#body = before;
  }

  #function(node: AnyNode, quiet: boolean): void {
    for (const param of nodes(node['params'])) this.outside(param);
    const body = node['body'] as AnyNode; // every function has one
    const before = this.#body;
    if (body.type === 'BlockStatement') {
      const statements = nodes(body['body']);
      const first = statements.find((one) => typeof one['directive'] !== 'string');
      this.#body = { quiet, start: first?.start, remembers: false };
      this.#list(statements);
      if (this.#body.remembers && first !== undefined) {
        const { story, storyNow } = markNames;
        // Above all marks: a closing brace or a mark of the same place comes later.
        this.#open(first.start, `const ${story}=${storyNow}();`, -1);
      }
    } else {
      this.#body = { quiet, start: undefined, remembers: false };
      this.#headed(body);
    }
    this.#body = before;
  }

  #list(statements: readonly AnyNode[]): void {
    for (const statement of statements) this.#statement(statement);
  }

  #statement(node: AnyNode, place = placeOf(node, false)): void {
    this.#depth++;
    switch (node.type) {
      case 'BlockStatement':
      case 'StaticBlock':
        this.#list(nodes(node['body']));
        break;
      case 'ExpressionStatement':
      case 'VariableDeclaration':
      case 'ReturnStatement':
      case 'ThrowStatement':
        this.#mark(place, this.#parts(node, undefined));
        break;
      case 'IfStatement':
        this.#headed(node['test']);
        this.#nested(node['consequent']);
        this.#nested(node['alternate']);
        break;
      case 'ForStatement':
        this.#mark(place, this.#expression(node['init'], undefined));
        this.#headed(node['test']);
        this.#headed(node['update']);
        this.#nested(node['body']);
        break;
      case 'ForInStatement':
      case 'ForOfStatement': {
        const line = this.#expression(node['right'], undefined);
        const iterates = node.type === 'ForOfStatement';
        this.#mark(place, line ?? (iterates ? this.#lineOf(node.start) : line));
        this.outside(node['left'] as AnyNode);
        this.#nested(node['body']);
        break;
      }
      case 'WhileStatement':
      case 'DoWhileStatement':
        this.#headed(node['test']);
        this.#nested(node['body']);
        break;
      case 'SwitchStatement':
        this.#headed(node['discriminant']);
        for (const one of nodes(node['cases'])) {
          this.#headed(one['test']);
          this.#list(nodes(one['consequent']));
        }
        break;
      case 'LabeledStatement':
        // The mark stands before the label: `continue` needs the loop right behind it.
        this.#statement(node['body'] as AnyNode, place);
        break;
      case 'TryStatement':
        this.#nested(node['block']);
        this.#nested((node['handler'] as AnyNode | null)?.['body']);
        this.#nested(node['finalizer']);
        break;
      default:
        this.#expression(node, undefined); // a declaration, or nothing that calls
    }
    this.#depth--;
  }

  /** A statement that may be the only one of an `if` or a loop, without braces. */
  #nested(node: unknown): void {
    if (isNode(node)) this.#statement(node, placeOf(node, true));
  }

  #mark({ at, braced, end }: Place, line: Line): void {
    if (line === undefined || this.#body.quiet) return;
    this.#open(at, `${braced ? '{' : ''}${this.#call(line)};`);
    if (braced) this.#close(end, '}');
  }

  /** An expression that is come to from elsewhere: a loop's test, an arrow's value. */
  #headed(node: unknown): void {
    if (!isNode(node)) return;
    const line = this.#expression(node, undefined);
    this.#before(node, line);
  }

  #before(node: AnyNode, line: Line): void {
    if (line === undefined || this.#body.quiet) return;
    this.#open(node.start, `(${this.#call(line)},`, this.#depth - 0.5);
    this.#close(node.end, ')', this.#depth - 0.5);
  }

  /**
   * Marks what comes between the calls of an expression, from its last call back to its
   * first.
   *
   * @param next line of the call that is made after this expression
   * @returns line of the first call in it, or `next`
   */
  #expression(node: unknown, next: Line): Line {
    if (!isNode(node)) return next;
    this.#depth++;
    const line = this.#inside(node, next);
    this.#depth--;
    return line;
  }

  #inside(node: AnyNode, next: Line): Line {
    switch (node.type) {
      case 'FunctionDeclaration':
      case 'FunctionExpression':
      case 'ArrowFunctionExpression':
        this.#function(node, false);
        return next;
      case 'ClassDeclaration':
      case 'ClassExpression':
        this.#class(node);
        return this.#expression(node['superClass'], next);
      case 'Property':
        if (!serves(node)) return this.#parts(node, next);
        this.#function(node['value'] as AnyNode, true);
        return next;
      case 'ConditionalExpression':
        return this.#conditional(node, next);
      case 'AwaitExpression':
        return this.#await(node, next);
      case 'ChainExpression':
        return this.#chain(node, next);
      case 'CallExpression':
      case 'NewExpression':
      case 'TaggedTemplateExpression':
      case 'ImportExpression':
      case 'YieldExpression':
        this.#back(node, next);
        return this.#callParts(node);
      default:
        return this.#parts(node, next);
    }
  }

  #parts(node: AnyNode, next: Line): Line {
    let line = next;
    for (const child of childrenOf(node).reverse())
      line = this.#expression(child, line);
    return line;
  }

  /** What is worked out before a call is made: the line that follows is the call's. */
  #callParts(node: AnyNode): Line {
    const own = this.#callLine(node);
    const { callee } = node;
    if (node.type !== 'NewExpression') return this.#parts(node, own);
    let line: Line = own;
    for (const one of nodes(node['arguments']).reverse()) {
      line = this.#expression(one, line);
    }
    // `new f()()` would be another class than `new (f())()`: nothing goes in there.
    if (isNode(callee)) this.outside(callee);
    return line;
  }

  #conditional(node: AnyNode, next: Line): Line {
    const alternate = node['alternate'] as AnyNode;
    const other = this.#expression(alternate, next);
    const first = this.#expression(node['consequent'], next);
    if (other !== first) this.#before(alternate, other);
    return this.#expression(node['test'], first);
  }

  /** Between a call and its `await` nothing runs that could use a mark. */
  #await(node: AnyNode, next: Line): Line {
    const argument = node['argument'] as AnyNode;
    this.#back(node, next);
    if (argument.type === 'CallExpression') return this.#callParts(argument);
    return this.#expression(argument, this.#lineOf(node.start));
  }

  /** `a?.b().c()`: nothing can be put around `a?.b()`, or `.c()` would always be called. */
  #chain(node: AnyNode, next: Line): Line {
    const expression = node['expression'] as AnyNode;
    if (expression.type === 'CallExpression') this.#back(node, next);
    return this.#link(expression, next);
  }

  #link(node: AnyNode, next: Line): Line {
    const call = node.type === 'CallExpression';
    let line: Line = call ? this.#callLine(node) : next;
    for (const one of nodes(node['arguments']).reverse()) {
      line = this.#expression(one, line);
    }
    if (node['computed'] === true) line = this.#expression(node['property'], line);
    const below = node[call ? 'callee' : 'object'];
    if (!isNode(below)) return line;
    const links = below.type === 'CallExpression' || below.type === 'MemberExpression';
    return links ? this.#link(below, line) : this.#expression(below, line);
  }

  #class(node: AnyNode): void {
    for (const member of nodes((node['body'] as AnyNode)['body'])) {
      if (member['computed'] === true) this.outside(member['key'] as AnyNode);
      const value = member['value'];
      if (member.type === 'StaticBlock') {
        const before = this.#body;
        this.#body = outsideBody;
        this.#statement(member);
        this.#body = before;
      } else if (member.type === 'MethodDefinition') {
        this.#function(value as AnyNode, serves(member));
      } else if (isNode(value)) {
        this.outside(value);
      }
    }
  }

  /** Puts the line of the next call behind this one. */
  #back(node: AnyNode, next: Line): void {
    if (next === undefined || this.#body.quiet) return;
    const callee = node['callee'];
    if (isNode(callee) && callee.type === 'Super') return;
    this.#open(node.start, `${markNames.back}(${this.#numberOf(next)},`);
    this.#close(node.end, ')');
  }

  #call(line: number): string {
    return `${markNames.at}(${this.#numberOf(line)})`;
  }

  #numberOf(line: number): string {
    const mark = `${markNames.base}+${line}`;
    if (!this.#machinery) return mark;
    if (this.#body.start === undefined) return `${mark},${markNames.storyNow}()`;
    this.#body.remembers = true;
    return `${mark},${markNames.story}`;
  }

  #open(at: number, text: string, depth = this.#depth): void {
    this.#insertions.open(at, text, depth);
  }

  #close(at: number, text: string, depth = this.#depth): void {
    this.#insertions.close(at, text, depth);
  }

  /** Where a stack would show the call: at the name of the method. */
  #callLine(node: AnyNode): number {
    const callee = node['callee'] ?? node['tag'];
    if (node.type === 'NewExpression' || !isNode(callee)) {
      return this.#lineOf(node.start);
    }
    const property = callee.type === 'MemberExpression' ? callee['property'] : callee;
    return this.#lineOf(isNode(property) ? property.start : callee.start);
  }

  #lineOf(at: number): number {
    return this.#insertions.lineOf(at);
  }
}

function placeOf({ start, end }: Node, braced: boolean): Place {
  return { at: start, braced, end };
}

/** A getter or a `toString`: it is called to look at a value. */
function serves(member: AnyNode): boolean {
  const key = member['key'] as AnyNode; // every member has one
  const method = member.type === 'MethodDefinition' || member['method'] === true;
  return member['kind'] === 'get' || (method && key['name'] === 'toString');
}
