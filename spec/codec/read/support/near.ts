import type { Dice } from './dice.js';
import type { Doc, DocField } from './doc.js';
import { anyDoc, EXTRA_KEYS, oddToken, stringToken, token } from './tokens.js';

/**
 * Gives a document in which one thing is other than it was.
 *
 * @param donor - Another document of the kind, from which parts may be taken.
 */
export function nearDoc(doc: Doc, donor: Doc, dice: Dice): Doc {
  const other = (): Doc => (dice.chance(0.5) ? partOf(donor, dice) : anyDoc(dice, 3));
  if (doc._tag === 'Token' || dice.chance(0.15)) return changed(doc, other, dice);
  if (doc._tag === 'List') {
    if (dice.chance(0.3)) return { ...doc, items: nearMembers(doc.items, dice, other()) };
    return { ...doc, items: atOne(doc.items, dice, (item) => nearDoc(item, donor, dice)) };
  }
  if (dice.chance(0.3)) {
    const extra: DocField = [stringToken(dice, dice.pick(EXTRA_KEYS)), other()];
    return { ...doc, fields: nearMembers(doc.fields, dice, extra) };
  }
  if (dice.chance(0.1)) {
    const rename = ([, value]: DocField): DocField => [oddToken(dice), value];
    return { ...doc, fields: atOne(doc.fields, dice, rename) };
  }
  const inside = ([key, value]: DocField): DocField => [key, nearDoc(value, donor, dice)];
  return { ...doc, fields: atOne(doc.fields, dice, inside) };
}

/** Gives a part of a document, or all of it. */
function partOf(doc: Doc, dice: Dice): Doc {
  if (doc._tag === 'Token' || dice.chance(0.1)) return doc;
  const parts = doc._tag === 'List' ? doc.items : doc.fields.map(([, value]) => value);
  const part = parts[dice.below(parts.length)];
  return part === undefined ? doc : partOf(part, dice);
}

function changed(doc: Doc, other: () => Doc, dice: Dice): Doc {
  switch (dice.below(5)) {
    case 0:
    case 1:
      return other();
    case 2:
      return { _tag: 'List', items: [doc] };
    default:
      return token(oddToken(dice));
  }
}

/** Drops, doubles, adds or moves a member. */
function nearMembers<T>(members: readonly T[], dice: Dice, extra: T): readonly T[] {
  const at = dice.below(members.length);
  const others = members.toSpliced(at, 1);
  const one = members[at] ?? extra;
  const to = dice.below(members.length + 1);
  switch (dice.below(4)) {
    case 0:
      return others;
    case 1:
      return members.toSpliced(to, 0, one);
    case 2:
      return members.toSpliced(to, 0, extra);
    default:
      return others.toSpliced(to, 0, one);
  }
}

function atOne<T>(members: readonly T[], dice: Dice, change: (member: T) => T): readonly T[] {
  const at = dice.below(members.length);
  return members.map((member, index) => (index === at ? change(member) : member));
}

const BYTES = Buffer.from(
  '""""\\\\{}[]::,,,0123456789-+.eEutfn_ \t\n\r\0\u0001\u001f\u007f/A\'',
).toString('latin1');

/** Sequences that are not UTF-8, or unusual. */
const SEQUENCES: readonly [string, ...string[]] = [
  '\x80',
  '\xff',
  '\xc0\x80',
  '\xc3',
  '\xe2\x82',
  '\xed\xa0\x80',
  '\xf4\x90\x80\x80',
  '\xc3\xa9',
  '\xf0\x9f\x9a\x80',
  '\xef\xbb\xbf',
  '\xe2\x80\xa8',
  '\\ud800',
  '\\u0000',
  '\\\xc3\xa9',
  '123456789012345678',
  '1e5',
  '.0',
  ',"a":1',
  '"__proto__":1,',
];

/** Gives a message in which a few bytes are other than they were. */
export function nearBytes(message: Buffer, dice: Dice): Buffer {
  let text = message.toString('latin1');
  const count = dice.chance(0.8) ? 1 : 1 + dice.below(4);
  for (let done = 0; done < count; done += 1) text = nearText(text, dice);
  return Buffer.from(text, 'latin1');
}

function nearText(text: string, dice: Dice): string {
  const at = dice.below(text.length);
  const before = text.slice(0, at);
  const after = text.slice(at);
  const byte = BYTES.charAt(dice.below(BYTES.length));
  switch (dice.below(12)) {
    case 0:
    case 1:
      return before + byte + after.slice(1);
    case 2:
    case 3:
      return before + byte + after;
    case 4:
      return before + after.slice(1 + dice.below(3));
    case 5:
      return before;
    case 6:
      return before + after.slice(1, 2) + after.slice(0, 1) + after.slice(2);
    case 7:
      return before + dice.pick(SEQUENCES) + after;
    case 8:
      return text + dice.pick([byte, ' ', '\n', '\0', '}', text]);
    case 9:
      return dice.pick(['\xef\xbb\xbf', ' ', '\n', byte]) + text;
    case 10:
      // A piece of it once more.
      return before + after.slice(0, 1 + dice.below(12)) + after;
    default:
      return (
        before + String.fromCharCode(after.charCodeAt(0) ^ (1 << dice.below(8))) + after.slice(1)
      );
  }
}
