import type { Dice } from './dice.js';

/** A text of JSON, or of what is nearly JSON, before its white space is chosen. */
export type Doc =
  | { readonly _tag: 'Token'; readonly text: string }
  | { readonly _tag: 'List'; readonly items: readonly Doc[] }
  | { readonly _tag: 'Record'; readonly fields: readonly DocField[] };

/** A key as it is written, quotes and all, and what stands there. */
export type DocField = readonly [key: string, value: Doc];

/** What a writer of JSON puts between the tokens. */
export interface Style {
  readonly before: string;
  readonly after: string;
  readonly colon: string;
  /** The text before the first member, before the other ones and after the last, `depth` levels deep. */
  readonly gaps: (depth: number) => readonly [open: string, separator: string, close: string];
}

function flat(open: string, separator: string, close: string): Style['gaps'] {
  return () => [open, separator, close];
}

const COMPACT: Style = { before: '', after: '', colon: ':', gaps: flat('', ',', '') };

const STYLES: readonly [Style, ...Style[]] = [
  COMPACT,
  COMPACT,
  COMPACT,
  // Python's.
  { ...COMPACT, colon: ': ', gaps: flat('', ', ', '') },
  // JSON.stringify(x, null, 2).
  {
    ...COMPACT,
    colon: ': ',
    gaps: (depth) => {
      const line = `\n${'  '.repeat(depth)}`;
      return [`${line}  `, `,${line}  `, line];
    },
  },
  { before: ' ', after: '\r\n', colon: ' :\t', gaps: flat(' ', ' , ', '\n') },
  { ...COMPACT, after: '\n' },
];

/** Gives one of the usual ways to write JSON, or a new one for each part. */
export function anyStyle(dice: Dice): Style {
  if (dice.chance(0.95)) return dice.pick(STYLES);
  const space = (): string => dice.pick(['', '', '', ' ', '\n', '\t\r']);
  return {
    before: space(),
    after: space(),
    get colon() {
      return `${space()}:${space()}`;
    },
    gaps: () => [space(), `${space()},${space()}`, space()],
  };
}

/** Gives the text of a document. */
export function printDoc(doc: Doc, style: Style): string {
  return style.before + print(doc, style, 0) + style.after;
}

function print(doc: Doc, style: Style, depth: number): string {
  switch (doc._tag) {
    case 'Token':
      return doc.text;
    case 'List':
      return bracket(
        '[',
        doc.items.map((item) => print(item, style, depth + 1)),
        ']',
      );
    case 'Record':
      return bracket(
        '{',
        doc.fields.map(([key, value]) => key + style.colon + print(value, style, depth + 1)),
        '}',
      );
  }

  function bracket(first: string, members: readonly string[], last: string): string {
    if (members.length === 0) return first + last;
    const [open, separator, close] = style.gaps(depth);
    return `${first}${open}${members.join(separator)}${close}${last}`;
  }
}
