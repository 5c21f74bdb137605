import { Constants, functionOf } from '../compile/source.js';
import type { Field, Layout, MessageLayout, ObjectLayout, ScalarLayout } from './layout.js';
import { createRareTokens, createReadText, MAX_LOOKED_UP } from './tokens.js';

/** Stands for a message that is not written as was learned. */
export const MISSED: unique symbol = Symbol('missed');

/** Reads a message that is written as was learned, or gives `MISSED`. */
export type Read = (data: Buffer, isUtf8: boolean) => unknown;

/** From here on one look-up is faster than comparing one by one. */
const MAX_COMPARED = 16;

/** Text of a longer program takes the engine too long. */
const MAX_SOURCE = 64 * 1024;

/** One for all readers, which tell of the same things more often than not. */
const readText = createReadText();

/** The bytes that stand for themselves in a string: printable ASCII but the quote and the backslash. */
const PLAIN: Uint8Array = Uint8Array.from({ length: 256 }, (_, byte) =>
  byte >= 0x20 && byte < 0x7f && byte !== 0x22 && byte !== 0x5c ? 1 : 0,
);

const POWERS: readonly number[] = Array.from({ length: 16 }, (_, exponent) => 10 ** exponent);

/**
 * Generates the reader of a layout.
 *
 * @returns undefined when it would be too long.
 */
export function generateReader({ before, root, after }: MessageLayout): Read | undefined {
  const generator = new Generator();
  const body = generator.message(before, root, after);
  if (body.length > MAX_SOURCE) return undefined;
  return functionOf('b, isUtf8', body, generator.constants) as Read;
}

/** What to do when the message turns out to be written otherwise. */
type Miss = string;

/**
 * The generated function walks the bytes `b` from position `p`; `c` holds the byte that is looked at.
 */
class Generator {
  readonly constants = new Constants();
  readonly #missed = this.constants.nameOf(MISSED);
  readonly #text = this.constants.nameOf(readText);
  readonly #rare = this.constants.nameOf(createRareTokens());
  readonly #plain = this.constants.nameOf(PLAIN);
  readonly #powers = this.constants.nameOf(POWERS);
  #variables = 0;

  message(before: string, root: Layout, after: string): string {
    const miss = `return ${this.#missed};`;
    const value = this.#variable();
    return [
      `let p = 0, c = 0, ${value};`,
      match(before, miss),
      this.#value(root, value, miss),
      match(after, miss),
      `return p === b.length ? ${value} : ${this.#missed};`,
    ].join('\n');
  }

  /** Statements that read a value into the variable `into`, or drop it when there is none. */
  #value(layout: Layout, into: string | undefined, miss: Miss): string {
    switch (layout._tag) {
      case 'Scalar':
        return this.#scalar(layout, into, miss);
      case 'Object':
        return this.#object(layout, into, miss);
      case 'Array':
        return this.#array(layout, into, miss);
      case 'Tuple':
        return this.#tuple(layout, into, miss);
      case 'Dictionary':
        return this.#dictionary(layout, into, miss);
      case 'Choice':
        return this.#choice(layout.options, into, miss);
      case 'Refined': {
        const value = into ?? this.#variable();
        const predicate = this.constants.nameOf(layout.predicate);
        const declared = into === undefined ? `let ${value};\n` : '';
        return `${declared}${this.#value(layout.inner, value, miss)}\nif (!${predicate}(${value})) ${miss}`;
      }
    }
  }

  #scalar(layout: ScalarLayout, into: string | undefined, miss: Miss): string {
    const { strings, numbers, booleans } = layout;
    const ways: { readonly starts: string; readonly read: string }[] = [];
    const set = (value: string): string => (into === undefined ? '' : `${into} = ${value};`);
    if (strings === 'any') {
      ways.push({ starts: 'c === 34', read: this.#string(into, miss) });
    } else if (strings.length > 0) {
      ways.push({ starts: 'c === 34', read: this.#words(strings, into, miss) });
    }
    if (numbers === 'any' || numbers.length > 0) {
      ways.push({
        starts: 'c === 45 || (c >= 48 && c <= 57)',
        read: this.#number(numbers, into, miss),
      });
    }
    for (const value of booleans) {
      const text = String(value);
      ways.push({ starts: `c === ${text.charCodeAt(0)}`, read: match(text, miss) + set(text) });
    }
    if (layout.null) ways.push({ starts: 'c === 110', read: match('null', miss) + set('null') });
    const [only, second] = ways;
    if (only === undefined) return miss;
    // Each way looks at its first byte itself.
    if (second === undefined) return only.read;
    const branches = ways.map(({ starts, read }) => `if (${starts}) {\n${read}\n}`);
    return `c = b[p];\n${branches.join(' else ')} else ${miss}`;
  }

  #string(into: string | undefined, miss: Miss): string {
    const start = this.#variable();
    const hash = this.#variable();
    const rare = this.#variable();
    const keep = into === undefined ? '' : `${into} = ${this.#text}(b, ${start}, p, ${hash});`;
    const keepRare = into === undefined ? '' : `${into} = ${rare};`;
    const limit = this.#variable();
    // FNV-1a over what is plain ASCII without an escape; a long string is not looked up.
    return `if (b[p] !== 34) ${miss}
const ${start} = ++p, ${limit} = p + ${MAX_LOOKED_UP};
let ${hash} = -2128831035;
while (p < ${limit} && ${this.#plain}[c = b[p]] === 1) { ${hash} = Math.imul(${hash} ^ c, 16777619); p++; }
if (p === ${limit}) while (${this.#plain}[c = b[p]] === 1) p++;
if (c === 34) { ${keep} p++; } else {
const ${rare} = ${this.#rare}.text(b, ${start}, isUtf8);
if (${rare} === undefined) ${miss}
${keepRare} p = ${this.#rare}.end;
}`;
  }

  /** One of certain strings: few of them are compared byte by byte. */
  #words(words: readonly string[], into: string | undefined, miss: Miss): string {
    if (words.length > MAX_COMPARED) {
      const value = into ?? this.#variable();
      const known = this.constants.nameOf(new Set(words));
      const declare = into === undefined ? `let ${value};\n` : '';
      return `${declare}${this.#string(value, miss)}\nif (!${known}.has(${value})) ${miss}`;
    }
    const branches = words.map((word) => {
      const json = JSON.stringify(word);
      const set = into === undefined ? '' : `${into} = ${json};`;
      return `if (${isAt(json)}) { p += ${bytesOf(json).length}; ${set} }`;
    });
    return `${branches.join(' else ')} else ${miss}`;
  }

  /**
   * Up to 15 digits are a whole number that is exact, and so is the power of ten that divides it; of 16 digits those
   * up to 2^53 - 1 are.
   */
  #number(numbers: 'any' | readonly number[], into: string | undefined, miss: Miss): string {
    const value = into ?? this.#variable();
    const start = this.#variable();
    const point = this.#variable();
    const isNegative = this.#variable();
    const allowed =
      numbers === 'any'
        ? ''
        : `\nif (!(${numbers.map((each) => `Object.is(${value}, ${this.constants.nameOf(each)})`).join(' || ')})) ${miss}`;
    return `${into === undefined ? `let ${value};` : ''}
const ${start} = p;
let ${point} = 0;
const ${isNegative} = b[p] === 45;
if (${isNegative}) p++;
c = b[p] - 48;
if (!(c >= 0 && c <= 9)) ${miss}
${value} = c;
if (c === 0) { c = b[++p]; } else { while ((c = b[++p]) >= 48 && c <= 57) ${value} = ${value} * 10 + (c - 48); }
if (c === 46) {
${point} = p;
while ((c = b[++p]) >= 48 && c <= 57) ${value} = ${value} * 10 + (c - 48);
if (p - ${point} < 2) ${miss}
if (p - ${start} <= 15) ${value} /= ${this.#powers}[p - ${point} - 1];
}
if (p - ${start} > (${point} === 0 ? 16 : 15) || ${value} > 9007199254740991 || c === 101 || c === 69) {
${value} = ${this.#rare}.number(b, ${start});
if (${value} === undefined) ${miss}
p = ${this.#rare}.end;
} else if (${isNegative}) ${value} = -${value};${allowed}`;
  }

  #object({ fields, spacing }: ObjectLayout, into: string | undefined, miss: Miss): string {
    if (spacing === undefined)
      return `${match('{}', miss)}${into === undefined ? '' : `${into} = {};`}`;
    const { open, separator, colon, close } = spacing;
    const lines: string[] = [];
    const kept: { readonly field: Field; readonly value: string; readonly has?: string }[] = [];
    // The bytes that stand between the last value and the next.
    let pending = `{${open}`;
    let isFirst = true;
    // Whether there was a field before, where only the message tells.
    let before: string | undefined;
    for (const field of fields) {
      const value = field.isSkipped || into === undefined ? undefined : this.#variable();
      if (value !== undefined) lines.push(`let ${value};`);
      const key = JSON.stringify(field.key) + colon;
      if (field.isOptional) {
        lines.push(match(pending, miss));
        pending = '';
        const has = this.#variable();
        lines.push(`let ${has} = false;`);
        const isNext = this.#isNext(isFirst, before, separator, key);
        lines.push(`if (${isNext.condition}) {\n${isNext.advance}\n${has} = true;`);
        lines.push(this.#value(field.layout, value, miss), '}');
        if (value !== undefined) kept.push({ field, value, has });
        before = isFirst ? has : before === undefined ? undefined : `(${before} || ${has})`;
        isFirst = false;
      } else {
        if (isFirst) lines.push(match(pending + key, miss));
        else if (before === undefined) {
          if (separator === '') lines.push(miss);
          lines.push(match(pending + separator + key, miss));
        } else {
          lines.push(match(pending, miss));
          const isNext = this.#isNext(false, before, separator, key);
          lines.push(`if (!(${isNext.condition})) ${miss}`, isNext.advance);
        }
        pending = '';
        isFirst = false;
        before = undefined;
        lines.push(this.#value(field.layout, value, miss));
        if (value !== undefined) kept.push({ field, value });
      }
    }
    lines.push(match(`${pending}${close}}`, miss));
    if (into !== undefined) lines.push(build(into, kept));
    // A block of its own keeps the variables of loops apart.
    const block = `{\n${lines.join('\n')}\n}`;
    if (!fields.every(({ isOptional }) => isOptional)) return block;
    // White space that is inside of brackets is not between them when nothing is inside.
    return `if (${isAt('{}')}) { p += 2; ${into === undefined ? '' : `${into} = {};`} } else ${block}`;
  }

  /** Whether a key comes next, and the step over it. */
  #isNext(
    isFirst: boolean,
    before: string | undefined,
    separator: string,
    key: string,
  ): { readonly condition: string; readonly advance: string } {
    const alone = { condition: isAt(key), advance: `p += ${bytesOf(key).length};` };
    const joined = {
      // A comma that was never seen cannot be told.
      condition: separator === '' ? 'false' : isAt(separator + key),
      advance: `p += ${bytesOf(separator + key).length};`,
    };
    if (isFirst) return alone;
    if (before === undefined) return joined;
    return {
      condition: `${before} ? ${joined.condition} : ${alone.condition}`,
      advance: `p += ${before} ? ${bytesOf(separator + key).length} : ${bytesOf(key).length};`,
    };
  }

  #array(
    { item, spacing }: Extract<Layout, { _tag: 'Array' }>,
    into: string | undefined,
    miss: Miss,
  ): string {
    const result = into ?? this.#variable();
    const start = `${into === undefined ? `let ${result};` : ''}${result} = [];`;
    if (item === undefined || spacing === undefined) return `${match('[]', miss)}${start}`;
    const value = into === undefined ? undefined : this.#variable();
    const push = value === undefined ? '' : `${result}.push(${value});`;
    const declare = value === undefined ? '' : `let ${value};`;
    return `${start}
if (${isAt('[]')}) p += 2; else {
${match(`[${spacing.open}`, miss)}
for (;;) {
${declare}
${this.#value(item, value, miss)}
${push}
${until(']', spacing.separator, spacing.close, miss)}
}
}`;
  }

  #tuple(
    { items, spacing }: Extract<Layout, { _tag: 'Tuple' }>,
    into: string | undefined,
    miss: Miss,
  ): string {
    if (spacing === undefined)
      return `${match('[]', miss)}${into === undefined ? '' : `${into} = [];`}`;
    const values = items.map(() => (into === undefined ? undefined : this.#variable()));
    const names = values.filter((value) => value !== undefined);
    const lines = names.map((name) => `let ${name};`);
    for (const [at, item] of items.entries()) {
      lines.push(match(at === 0 ? `[${spacing.open}` : spacing.separator, miss));
      lines.push(this.#value(item, values[at], miss));
    }
    lines.push(match(`${spacing.close}]`, miss));
    if (into !== undefined) lines.push(`${into} = [${names.join(', ')}];`);
    return `{\n${lines.join('\n')}\n}`;
  }

  #dictionary(
    { value: layout, spacing }: Extract<Layout, { _tag: 'Dictionary' }>,
    into: string | undefined,
    miss: Miss,
  ): string {
    const result = into ?? this.#variable();
    const start = `${into === undefined ? `let ${result};` : ''}${result} = {};`;
    if (layout === undefined || spacing === undefined) return `${match('{}', miss)}${start}`;
    const key = this.#variable();
    const value = this.#variable();
    // What is assigned to __proto__ does not become a key.
    return `${start}
if (${isAt('{}')}) p += 2; else {
${match(`{${spacing.open}`, miss)}
for (;;) {
let ${key}, ${value};
${this.#string(key, miss)}
if (${key} === "__proto__") ${miss}
${match(spacing.colon, miss)}
${this.#value(layout, value, miss)}
${result}[${key}] = ${value};
${until('}', spacing.separator, spacing.close, miss)}
}
}`;
  }

  #choice(options: readonly Layout[], into: string | undefined, miss: Miss): string {
    const done = this.#variable();
    const start = this.#variable();
    const tries = options.map((option) => {
      const label = this.#variable();
      return `${label}: {\n${this.#value(option, into, `break ${label};`)}\nbreak ${done};\n}\np = ${start};`;
    });
    return `const ${start} = p;\n${done}: {\n${tries.join('\n')}\n${miss}\n}`;
  }

  #variable(): string {
    this.#variables += 1;
    return `v${this.#variables}`;
  }
}

/** Puts an object together, its keys in the order in which they were written. */
function build(
  into: string,
  kept: readonly { readonly field: Field; readonly value: string; readonly has?: string }[],
): string {
  const firstOptional = kept.findIndex(({ has }) => has !== undefined);
  const sure = firstOptional === -1 ? kept : kept.slice(0, firstOptional);
  const literal = sure.map(({ field, value }) => `${JSON.stringify(field.key)}: ${value}`);
  const others = kept.slice(sure.length).map(({ field, value, has }) => {
    const assign = `${into}[${JSON.stringify(field.key)}] = ${value};`;
    return has === undefined ? assign : `if (${has}) ${assign}`;
  });
  return [`${into} = { ${literal.join(', ')} };`, ...others].join('\n');
}

/** Goes on after a separator, leaves the loop after the closing bracket. */
function until(bracket: string, separator: string, close: string, miss: Miss): string {
  const end = close + bracket;
  const leave = `if (${isAt(end)}) { p += ${bytesOf(end).length}; break; }`;
  if (separator === '') return `${leave}\n${miss}`;
  return `if (${isAt(separator)}) { p += ${bytesOf(separator).length}; continue; }\n${leave}\n${miss}`;
}

/** Steps over certain bytes. */
function match(text: string, miss: Miss): string {
  const { length } = bytesOf(text);
  return length === 0 ? '' : `if (!(${isAt(text)})) ${miss}\np += ${length};\n`;
}

/** A condition: certain bytes come next. */
function isAt(text: string): string {
  return [...bytesOf(text)]
    .map((byte, at) => `b[p${at === 0 ? '' : ` + ${at}`}] === ${byte}`)
    .join(' && ');
}

function bytesOf(text: string): Buffer {
  return Buffer.from(text);
}
