/** The key, as it is written in JSON or with an escape for one of its characters. */
const MAY_HAVE_KEY = /__proto__|\\u00/;

/**
 * Tells whether an object in a message has a key `__proto__` of its own.
 *
 * @remarks
 * As `JSON.parse` makes it, that is a key like any other. A schema that copies objects by assignment, as io-ts does when
 * it changes a value, makes it the prototype of the copy, through which the peer could give the message keys that nobody
 * checked.
 *
 * @param text - The text of the message.
 * @param value - What `JSON.parse` made of it.
 */
export function hasProtoKey(text: string, value: unknown): boolean {
  if (!MAY_HAVE_KEY.test(text)) return false;
  // A stack of its own: messages may be nested deeper than calls may.
  const left: unknown[] = [value];
  while (left.length > 0) {
    const next = left.pop();
    if (typeof next !== 'object' || next === null) continue;
    if (Object.hasOwn(next, '__proto__')) return true;
    for (const each of Object.values(next)) left.push(each);
  }
  return false;
}
