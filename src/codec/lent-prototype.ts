/** The key `__proto__`, as it is written in JSON or with an escape for one of its characters. */
const MAY_HAVE_KEY = /__proto__|\\u00/;

/**
 * Tells whether a message has lent what was made of it a prototype.
 *
 * @remarks
 * As `JSON.parse` makes it, `__proto__` is a key like any other. A schema that copies objects by assignment, as io-ts does
 * when it changes a value, makes it the prototype of the copy, through which the peer could give the message keys that
 * nobody checked.
 *
 * @param text - The text of the message.
 * @param message - What the schema made of it.
 */
export function hasLentPrototype(text: string, message: unknown): boolean {
  return MAY_HAVE_KEY.test(text) && isLent(message, new Set());
}

function isLent(value: unknown, seen: Set<object>): boolean {
  if (typeof value !== 'object' || value === null || seen.has(value)) return false;
  seen.add(value);
  const prototype: unknown = Object.getPrototypeOf(value);
  // Those of classes have a constructor, which no JSON has.
  const isOfClass =
    typeof prototype !== 'object' ||
    prototype === null ||
    typeof Object.getOwnPropertyDescriptor(prototype, 'constructor')?.value === 'function';
  return !isOfClass || Object.values(value).some((each) => isLent(each, seen));
}
