import { hasOwn } from './check.js';
import type { Check } from './check.js';
import { sureMembers } from './closure-check.js';
import { partsOf } from './shape.js';
import type { Prop, Shape, TaggedUnionShape } from './shape.js';
import { asksAboutUndefined, hasOpaque, isKeeping, takesUndefined } from './shape-facts.js';
import { Constants, functionOf } from './source.js';

// From here on one look-up is faster than comparing one by one.
const MAX_COMPARED = 12;

/** Makes the check of a shape as one function, generated for it. */
export function generatedCheck(shape: Shape): Check {
  const generator = new Generator();
  const body = generator.body(shape);
  // The functions inside call one another, so that all stand in one outer function.
  const make = functionOf('', `${generator.functions()}\n${body}`, generator.constants);
  return (make as () => Check)();
}

class Generator {
  readonly constants = new Constants();
  readonly #names = new Map<Shape, string>();
  readonly #functions: string[] = [];
  readonly #written = new Set<Shape>();
  #variables = 0;

  body(shape: Shape): string {
    return `return function (v) {\n${this.#statements(shape, 'v')}return true;\n}`;
  }

  functions(): string {
    return this.#functions.join('\n');
  }

  /** An expression that tells whether the value of the variable `v` passes. */
  #expression(shape: Shape, v: string): string {
    switch (shape._tag) {
      case 'String':
        return `typeof ${v} === "string"`;
      case 'Number':
        return `typeof ${v} === "number"`;
      case 'BigInt':
        return `typeof ${v} === "bigint"`;
      case 'Boolean':
        return `typeof ${v} === "boolean"`;
      case 'Null':
        return `${v} === null`;
      case 'Undefined':
        return `${v} === undefined`;
      case 'Function':
        return `typeof ${v} === "function"`;
      case 'AnyArray':
        return `Array.isArray(${v})`;
      case 'AnyRecord':
        return isRecord(v);
      case 'Anything':
        return 'true';
      case 'Nothing':
      case 'Opaque':
        return 'false';
      case 'Literal':
        return this.#literal(shape.value, v);
      case 'Keyof':
        return this.#keyof(shape.keys, v);
      case 'Union': {
        const members = sureMembers(shape.members).map((member) => this.#expression(member, v));
        return members.length === 0 ? 'false' : `(${members.join(' || ')})`;
      }
      default:
        return `${this.#functionOf(shape)}(${v})`;
    }
  }

  /** Statements that return false unless the value of the variable `v` passes. */
  #statements(shape: Shape, v: string): string {
    // What stands in several places is written out once more, as a function: types grow exponentially otherwise.
    if (this.#written.has(shape)) return unless(this.#expression(shape, v));
    if (shape._tag !== 'Refinement' && partsOf(shape).length > 0) this.#written.add(shape);
    return this.#inline(shape, v);
  }

  #inline(shape: Shape, v: string): string {
    switch (shape._tag) {
      case 'Interface':
        return unless(isRecord(v)) + shape.props.map((prop) => this.#required(prop, v)).join('');
      case 'Partial':
        return unless(isRecord(v)) + shape.props.map((prop) => this.#optional(prop, v)).join('');
      case 'Exact': {
        const keys = this.constants.nameOf(shape.keys);
        return (
          this.#statements(shape.inner, v) +
          `for (const key of Object.getOwnPropertyNames(${v})) if (!${keys}.has(key)) return false;\n`
        );
      }
      case 'Array': {
        const at = this.#variable();
        const item = this.#variable();
        return (
          unless(`Array.isArray(${v})`) +
          `for (let ${at} = 0; ${at} < ${v}.length; ${at}++) {\n` +
          `const ${item} = ${v}[${at}];\n${this.#statements(shape.item, item)}}\n`
        );
      }
      case 'Tuple':
        return (
          unless(`Array.isArray(${v}) && ${v}.length <= ${shape.items.length}`) +
          shape.items.map((item, at) => this.#property(item, `${v}[${at}]`)).join('')
        );
      case 'Dictionary': {
        const key = this.#variable();
        return (
          unless(isRecord(v)) +
          `for (const ${key} of Object.keys(${v})) {\n${this.#property(shape.values, `${v}[${key}]`)}}\n`
        );
      }
      case 'TaggedUnion':
        return this.#taggedUnion(shape, v);
      case 'Intersection':
        return shape.members.map((member) => this.#statements(member, v)).join('');
      case 'Refinement': {
        const predicate = this.constants.nameOf(shape.predicate);
        return this.#statements(shape.inner, v) + unless(`${predicate}(${v})`);
      }
      default:
        return unless(this.#expression(shape, v));
    }
  }

  #property(shape: Shape, expression: string): string {
    const value = this.#variable();
    return `const ${value} = ${expression};\n${this.#statements(shape, value)}`;
  }

  #required({ key, shape }: Prop, v: string): string {
    const value = this.#variable();
    const own = this.constants.nameOf(hasOwn);
    return (
      `const ${value} = ${at(v, key)};\n` +
      // io-ts adds a key that is missing when undefined will do.
      (takesUndefined(shape)
        ? unless(`${value} !== undefined || ${own}(${v}, ${JSON.stringify(key)})`)
        : '') +
      this.#statements(shape, value)
    );
  }

  #optional({ key, shape }: Prop, v: string): string {
    // io-ts asks the type about undefined, too; what it refuses then does not count, what it throws does.
    // What else it asks where the check stops early is io-ts's to say.
    if (hasOpaque(shape) || (asksAboutUndefined(shape) && !isKeeping(shape))) {
      return this.#property(shape, at(v, key));
    }
    const value = this.#variable();
    if (asksAboutUndefined(shape)) {
      const check = this.#functionOf(shape);
      return (
        `const ${value} = ${at(v, key)};\n` + unless(`${check}(${value}) || ${value} === undefined`)
      );
    }
    return (
      `const ${value} = ${at(v, key)};\n` +
      `if (${value} !== undefined) {\n${this.#statements(shape, value)}}\n`
    );
  }

  #taggedUnion({ tag, members }: TaggedUnionShape, v: string): string {
    const name = `f${this.#names.size}_${this.#variable()}`;
    const cases = members.flatMap(({ literals, shape }) => {
      const check = this.#functionOf(shape);
      return literals.map((literal) => `case ${this.#constant(literal)}: return ${check}(v);\n`);
    });
    this.#functions.push(
      `function ${name}(v) {\nswitch (${at('v', tag)}) {\n${cases.join('')}}\nreturn false;\n}`,
    );
    return unless(isRecord(v)) + unless(`${name}(${v})`);
  }

  #literal(value: unknown, v: string): string {
    return value === 0
      ? `Object.is(${v}, ${this.#constant(value)})`
      : `${v} === ${this.#constant(value)}`;
  }

  #keyof(keys: Readonly<Record<string, unknown>>, v: string): string {
    // As io-ts's hasOwnProperty does, enumerable or not.
    const names = Object.getOwnPropertyNames(keys);
    if (names.length > MAX_COMPARED) {
      const own = this.constants.nameOf(hasOwn);
      return `(typeof ${v} === "string" && ${own}(${this.constants.nameOf(keys)}, ${v}))`;
    }
    const equal = names.map((name) => `${v} === ${JSON.stringify(name)}`);
    return names.length === 0 ? 'false' : `(${equal.join(' || ')})`;
  }

  /** A value as text; anything but a string or a plain number is handed over. */
  #constant(value: unknown): string {
    return typeof value === 'string' || typeof value === 'boolean'
      ? JSON.stringify(value)
      : this.constants.nameOf(value);
  }

  #functionOf(shape: Shape): string {
    const known = this.#names.get(shape);
    if (known !== undefined) return known;
    const name = `c${this.#names.size}`;
    this.#names.set(shape, name);
    const inner = shape._tag === 'Recursive' ? shape.inner() : shape;
    this.#functions.push(`function ${name}(v) {\n${this.#inline(inner, 'v')}return true;\n}`);
    return name;
  }

  #variable(): string {
    this.#variables += 1;
    return `v${this.#variables}`;
  }
}

function unless(condition: string): string {
  return `if (!(${condition})) return false;\n`;
}

function isRecord(v: string): string {
  return `typeof ${v} === "object" && ${v} !== null && !Array.isArray(${v})`;
}

function at(v: string, key: string): string {
  return `${v}[${JSON.stringify(key)}]`;
}
