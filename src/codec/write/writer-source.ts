import { Constants, functionOf } from '../compile/source.js';
import type { Field, Layout } from '../read/layout.js';
import { writeAscii, writeNumber, writeText } from './write-tokens.js';
import type { Page } from './write-tokens.js';

/** Stands for a message that is not made as was learned. */
export const UNWRITTEN = -1;

/**
 * Writes a message that is made as was learned, from the start of a page.
 *
 * @returns Where it ends, which may be beyond the end of the page; or `UNWRITTEN`.
 */
export type Write = (message: unknown, page: Page) => number;

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
  return functionOf('v, page', body, generator.constants) as Write;
}

const MISS = `return ${UNWRITTEN};`;

/** The generated function writes to the bytes `b` of the page, at `p`. */
class Generator {
  readonly constants = new Constants();
  readonly #text = this.constants.nameOf(writeText);
  readonly #number = this.constants.nameOf(writeNumber);
  readonly #word = this.constants.nameOf(writeAscii);
  readonly #plain = this.constants.nameOf(Object.prototype);
  readonly #prototypeOf = this.constants.nameOf(Object.getPrototypeOf);
  #variables = 0;

  message(layout: Layout): string {
    return `const b = page.bytes;\nlet p = 0;\n${this.#value(layout, 'v')}\nreturn p;`;
  }

  #value(layout: Layout, v: string): string {
    return [...this.#branches(layout, v), MISS].join(' else ');
  }

  #branches(layout: Layout, v: string): readonly string[] {
    switch (layout._tag) {
      case 'Scalar':
        return [
          `if (typeof ${v} === "string") p = ${this.#text}(page, p, ${v});`,
          `if (typeof ${v} === "number") p = ${this.#number}(page, p, ${v});`,
          `if (${v} === null || typeof ${v} === "boolean") p = ${this.#word}(b, p, String(${v}));`,
        ];
      case 'Object':
        return [this.#object(layout.fields, v)];
      case 'Array':
        return [this.#array(layout.item, v)];
      case 'Choice':
        return layout.options.flatMap((option) => this.#branches(option, v));
      default:
        return [];
    }
  }

  #object(fields: readonly Field[], v: string): string {
    const lines = [`if (${v}.toJSON !== undefined) ${MISS}`, this.#sameKeys(fields, v)];
    let pending = '{';
    // Whether a comma is due, where only the message tells.
    let comma: string | undefined;
    for (const [position, { key, layout, isOptional }] of fields.entries()) {
      const value = this.#variable();
      const name = `${JSON.stringify(key)}:`;
      lines.push(`const ${value} = ${v}[${JSON.stringify(key)}];`);
      if (isOptional || comma !== undefined) {
        lines.push(put(pending));
        pending = '';
        const lead =
          comma === undefined
            ? put(position === 0 ? name : `,${name}`)
            : `if (${comma}) { ${put(',')} }\n${put(name)}`;
        const write = `${lead}\n${this.#value(layout, value)}`;
        lines.push(isOptional ? `if (${value} !== undefined) {\n${write}\n}` : write);
        if (!isOptional) comma = undefined;
        else if (position === 0) comma = `${value} !== undefined`;
        else if (comma !== undefined) comma += ` || ${value} !== undefined`;
      } else {
        lines.push(put(pending + (position === 0 ? '' : ',') + name), this.#value(layout, value));
        pending = '';
      }
    }
    lines.push(put(`${pending}}`));
    const isPlain = `${this.#prototypeOf}(${v}) === ${this.#plain}`;
    return `if (typeof ${v} === "object" && ${v} !== null && ${isPlain}) {\n${lines.join('\n')}\n}`;
  }

  /** Other keys than those that were learned, or another order of them, are left to JSON.stringify. */
  #sameKeys(fields: readonly Field[], v: string): string {
    const order = this.constants.nameOf(fields.map(({ key }) => key));
    const key = this.#variable();
    const at = this.#variable();
    const check = fields.some(({ isOptional }) => isOptional)
      ? `while (${at} < ${fields.length} && ${order}[${at}] !== ${key}) ${at}++;
if (${at}++ === ${fields.length}) ${MISS}`
      : `if (${key} !== ${order}[${at}++]) ${MISS}`;
    return `let ${at} = 0;\nfor (const ${key} in ${v}) {\n${check}\n}`;
  }

  #array(item: Layout | undefined, v: string): string {
    const at = this.#variable();
    const value = this.#variable();
    const items =
      item === undefined
        ? `if (${v}.length > 0) ${MISS}`
        : `for (let ${at} = 0; ${at} < ${v}.length; ${at}++) {
if (${at} > 0) { ${put(',')} }
const ${value} = ${v}[${at}];
${this.#value(item, value)}
}`;
    return `if (Array.isArray(${v})) {
if (${v}.toJSON !== undefined) ${MISS}
${put('[')}
${items}
${put(']')}
}`;
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
