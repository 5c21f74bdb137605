import { Constants, functionOf } from '../compile/source.js';
import type { Field, Layout } from '../read/layout.js';
import { writeAscii, writeNumber, writeText } from './write-tokens.js';

/** Stands for a message that is not made as was learned, or does not fit. */
export const UNWRITTEN = -1;

/**
 * Writes a message that is made as was learned, as ASCII from the start of `bytes`.
 *
 * @returns Where it ends, which may be beyond the end of the bytes; or `UNWRITTEN`.
 */
export type Write = (message: unknown, bytes: Buffer) => number;

const MAX_SOURCE = 64 * 1024;

/**
 * Generates the writer of a layout.
 *
 * @returns undefined when it would be too long.
 */
export function generateWriter(layout: Layout): Write | undefined {
  const generator = new Generator();
  const body = generator.message(layout);
  if (body.length > MAX_SOURCE) return undefined;
  return functionOf('v, b', body, generator.constants) as Write;
}

/** What to do when the message turns out to be made otherwise. */
type Miss = string;

/** The generated function writes to the bytes `b` at `p`. */
class Generator {
  readonly constants = new Constants();
  readonly #text = this.constants.nameOf(writeText);
  readonly #number = this.constants.nameOf(writeNumber);
  readonly #word = this.constants.nameOf(writeAscii);
  readonly #plain = this.constants.nameOf(Object.prototype);
  readonly #prototypeOf = this.constants.nameOf(Object.getPrototypeOf);
  readonly #keysOf = this.constants.nameOf(Object.keys);
  #variables = 0;

  message(layout: Layout): string {
    return `let p = 0;\n${this.#value(layout, 'v', `return ${UNWRITTEN};`)}\nreturn p;`;
  }

  #value(layout: Layout, v: string, miss: Miss): string {
    switch (layout._tag) {
      case 'Scalar':
        return `if (typeof ${v} === "string") { p = ${this.#text}(b, p, ${v}); if (p < 0) ${miss} }
else if (typeof ${v} === "number") p = ${this.#number}(b, p, ${v});
else if (${v} === null || typeof ${v} === "boolean") p = ${this.#word}(b, p, String(${v}));
else ${miss}`;
      case 'Object':
        return this.#object(layout.fields, v, miss);
      case 'Array':
        return this.#array(layout.item, v, miss);
      case 'Choice':
        return this.#choice(layout.options, v, miss);
      default:
        return miss;
    }
  }

  /**
   * Other prototypes, toJSON, other keys than those that were learned and other orders of them are left to
   * JSON.stringify.
   */
  #object(fields: readonly Field[], v: string, miss: Miss): string {
    const keys = this.#variable();
    const has = fields.map(({ isOptional }) => (isOptional ? this.#variable() : undefined));
    const lines = [
      `if (typeof ${v} !== "object" || ${v} === null || ${v}.toJSON !== undefined) ${miss}`,
      `if (${this.#prototypeOf}(${v}) !== ${this.#plain} || Array.isArray(${v})) ${miss}`,
      `const ${keys} = ${this.#keysOf}(${v});`,
      this.#sameKeys(fields, has, keys, miss),
    ];
    let pending = '{';
    // Whether a comma is due, where only the message tells: the variable that says so.
    let comma: string | undefined;
    for (const [position, { key, layout }] of fields.entries()) {
      const value = this.#variable();
      const name = `${JSON.stringify(key)}:`;
      const read = `const ${value} = ${v}[${JSON.stringify(key)}];`;
      const isThere = has[position];
      if (isThere === undefined && comma === undefined) {
        lines.push(put(pending + (position === 0 ? '' : ',') + name), read);
        lines.push(this.#value(layout, value, miss));
        pending = '';
        continue;
      }
      lines.push(put(pending));
      pending = '';
      if (comma === undefined && position === 0) {
        comma = this.#variable();
        lines.push(`let ${comma} = false;`);
      }
      const lead = comma === undefined ? put(',') : `if (${comma}) { ${put(',')} }`;
      const write = `${lead}\n${put(name)}\n${this.#value(layout, value, miss)}`;
      if (isThere === undefined) {
        lines.push(read, write);
        comma = undefined;
      } else {
        // What is undefined is left out.
        const done = comma === undefined ? '' : `${comma} = true;`;
        lines.push(
          `if (${isThere}) {\n${read}\nif (${value} !== undefined) {\n${write}\n${done}}\n}`,
        );
      }
    }
    lines.push(put(`${pending}}`));
    return `{\n${lines.join('\n')}\n}`;
  }

  #sameKeys(
    fields: readonly Field[],
    has: readonly (string | undefined)[],
    keys: string,
    miss: Miss,
  ): string {
    if (has.every((each) => each === undefined)) {
      const same = fields.map(({ key }, at) => `${keys}[${at}] === ${JSON.stringify(key)}`);
      return `if (!(${[`${keys}.length === ${fields.length}`, ...same].join(' && ')})) ${miss}`;
    }
    const at = this.#variable();
    const steps = fields.map(({ key }, position) => {
      const isNext = `${keys}[${at}] === ${JSON.stringify(key)}`;
      const isThere = has[position];
      return isThere === undefined
        ? `if (${isNext}) ${at}++; else ${miss}`
        : `const ${isThere} = ${isNext};\nif (${isThere}) ${at}++;`;
    });
    return `let ${at} = 0;\n${steps.join('\n')}\nif (${at} !== ${keys}.length) ${miss}`;
  }

  #array(item: Layout | undefined, v: string, miss: Miss): string {
    const at = this.#variable();
    const length = this.#variable();
    const value = this.#variable();
    const items =
      item === undefined
        ? `if (${v}.length > 0) ${miss}`
        : `const ${length} = ${v}.length;
for (let ${at} = 0; ${at} < ${length}; ${at}++) {
if (p > b.length) ${miss}
if (${at} > 0) { ${put(',')} }
const ${value} = ${v}[${at}];
${this.#value(item, value, miss)}
}`;
    return `if (!Array.isArray(${v}) || ${v}.toJSON !== undefined) ${miss}
${put('[')}
${items}
${put(']')}`;
  }

  #choice(options: readonly Layout[], v: string, miss: Miss): string {
    const done = this.#variable();
    const start = this.#variable();
    const tries = options.map((option) => {
      const label = this.#variable();
      return `${label}: {\n${this.#value(option, v, `break ${label};`)}\nbreak ${done};\n}\np = ${start};`;
    });
    return `const ${start} = p;\n${done}: {\n${tries.join('\n')}\n${miss}\n}`;
  }

  #variable(): string {
    this.#variables += 1;
    return `v${this.#variables}`;
  }
}

/** Statements that write certain bytes. */
function put(text: string): string {
  const bytes = Buffer.from(text);
  const stores = [...bytes].map((byte, at) => `b[p${at === 0 ? '' : ` + ${at}`}] = ${byte};`);
  return bytes.length === 0 ? '' : `${stores.join(' ')} p += ${bytes.length};`;
}
