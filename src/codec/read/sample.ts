import { Unlearnable } from '../learned-function.js';

/** The white space between the parts of an object or an array. */
export interface Spacing {
  /** After the opening bracket. */
  readonly open: string;
  /** The comma and the white space around it; empty when there was none. */
  readonly separator: string;
  /** The colon and the white space around it; empty in an array. */
  readonly colon: string;
  /** Before the closing bracket. */
  readonly close: string;
}

/** A value as it was written in a message. */
export type Sample =
  | { readonly _tag: 'Scalar'; readonly value: unknown }
  | {
      readonly _tag: 'Array';
      readonly value: readonly unknown[];
      readonly items: readonly Sample[];
      /** Absent when there are no items. */
      readonly spacing: Spacing | undefined;
    }
  | {
      readonly _tag: 'Object';
      readonly value: Readonly<Record<string, unknown>>;
      readonly fields: readonly SampleField[];
      /** Absent when there are no fields. */
      readonly spacing: Spacing | undefined;
    };

/** A key and what stands there. */
export interface SampleField {
  readonly key: string;
  readonly value: Sample;
}

/** A whole message, and the white space around it. */
export interface SampleMessage {
  readonly before: string;
  readonly root: Sample;
  readonly after: string;
}

/** Deeper messages are not learned from. */
const MAX_DEPTH = 32;

/**
 * Reads how a message is written.
 *
 * @param text - The text of the message, which `JSON.parse` takes.
 * @throws Unlearnable if it is written unevenly, or with keys that a reader cannot be made for.
 */
export function readSample(text: string): SampleMessage {
  return new Scanner(text).message();
}

class Scanner {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  message(): SampleMessage {
    const before = this.#space();
    const root = this.#value(0);
    return { before, root, after: this.#space() };
  }

  #value(depth: number): Sample {
    if (depth > MAX_DEPTH) throw new Unlearnable('is nested too deep');
    switch (this.#text[this.#at]) {
      case '{':
        return this.#object(depth);
      case '[':
        return this.#array(depth);
      default:
        return { _tag: 'Scalar', value: this.#scalar() };
    }
  }

  #object(depth: number): Sample {
    const fields: SampleField[] = [];
    const value: Record<string, unknown> = {};
    const colons = new Even('colons');
    const spacing = this.#members('}', () => {
      const key = this.#scalar() as string;
      // A value that is assigned to __proto__ would not become a key.
      if (key === '__proto__') throw new Unlearnable('has the key __proto__');
      if (Object.hasOwn(value, key)) throw new Unlearnable('has a key twice');
      colons.see(this.#space() + this.#take(':') + this.#space());
      const field: SampleField = { key, value: this.#value(depth + 1) };
      value[key] = field.value.value;
      fields.push(field);
    });
    return {
      _tag: 'Object',
      value,
      fields,
      spacing: spacing && { ...spacing, colon: colons.text },
    };
  }

  #array(depth: number): Sample {
    const items: Sample[] = [];
    const spacing = this.#members(']', () => {
      items.push(this.#value(depth + 1));
    });
    const value = items.map((item) => item.value);
    return { _tag: 'Array', value, items, spacing: spacing && { ...spacing, colon: '' } };
  }

  #members(end: string, member: () => void): Omit<Spacing, 'colon'> | undefined {
    this.#at += 1;
    const open = this.#space();
    if (this.#text[this.#at] === end) {
      if (open !== '') throw new Unlearnable('has white space between brackets');
      this.#at += 1;
      return undefined;
    }
    const separators = new Even('separators');
    for (;;) {
      member();
      const close = this.#space();
      if (this.#text[this.#at] === end) {
        this.#at += 1;
        return { open, separator: separators.text, close };
      }
      separators.see(close + this.#take(',') + this.#space());
    }
  }

  /** A string, a number, true, false or null. */
  #scalar(): unknown {
    const token = /"(?:[^"\\]|\\.)*"|[^\s,:\]}]+/y;
    token.lastIndex = this.#at;
    const [text = ''] = token.exec(this.#text) ?? [];
    this.#at += text.length;
    return JSON.parse(text);
  }

  #space(): string {
    const start = this.#at;
    while (' \t\n\r'.includes(this.#text[this.#at] ?? 'x')) this.#at += 1;
    return this.#text.slice(start, this.#at);
  }

  #take(token: string): string {
    this.#at += token.length;
    return token;
  }
}

/** Sees to it that what is between members is written in one way. */
class Even {
  readonly #what: string;
  #text: string | undefined;

  constructor(what: string) {
    this.#what = what;
  }

  get text(): string {
    return this.#text ?? '';
  }

  see(text: string): void {
    this.#text ??= text;
    if (this.#text !== text) throw new Unlearnable(`is written with uneven ${this.#what}`);
  }
}
