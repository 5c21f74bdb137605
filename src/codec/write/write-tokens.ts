const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const POINT = 0x2e;
const MINUS = 0x2d;
const ZERO = 0x30;

/** Decimals with more digits than these are not told from others by them. */
const MAX_EXACT = 1e15;
const MAX_INT32 = 0x7fffffff;
const MAX_FRACTION = 9;
const POWERS: readonly number[] = Array.from({ length: 16 }, (_, exponent) => 10 ** exponent);

/** From here on the engine's own search and copy are faster. */
const MAX_LOOKED_AT = 32;
/** Longer texts are what JSON.stringify does best. */
const MAX_TEXT = 256;

const UNPLAIN = /[^ !#-[\]-~]/;

/**
 * Writes a string as `JSON.stringify` does.
 *
 * @returns Where it ends; -1 for a string that is long, or not all plain ASCII.
 */
export function writeText(bytes: Buffer, start: number, text: string): number {
  const end = start + text.length + 2;
  if (text.length > MAX_TEXT || end > bytes.length) return -1;
  bytes[start] = QUOTE;
  if (text.length > MAX_LOOKED_AT) {
    if (UNPLAIN.test(text)) return -1;
    bytes.write(text, start + 1, 'latin1');
  } else {
    for (let at = 0; at < text.length; at += 1) {
      const unit = text.charCodeAt(at);
      if (unit < 0x20 || unit > 0x7e || unit === QUOTE || unit === BACKSLASH) return -1;
      bytes[start + 1 + at] = unit;
    }
  }
  bytes[end - 1] = QUOTE;
  return end;
}

/** Writes a number as `JSON.stringify` does. @returns Where it ends. */
export function writeNumber(bytes: Buffer, start: number, value: number): number {
  let at = start;
  let rest = value;
  if (rest < 0) {
    rest = -rest;
    bytes[at] = MINUS;
    at += 1;
  }
  if (rest <= MAX_INT32 && Math.floor(rest) === rest) return writeInteger(bytes, at, rest);
  if (rest < MAX_EXACT && rest >= 1e-6) {
    for (let places = 0; places <= MAX_FRACTION; places += 1) {
      const power = POWERS[places] ?? NaN;
      const scaled = Math.round(rest * power);
      if (scaled >= MAX_EXACT) break;
      // A decimal of at most 15 digits that reads as the number is the shortest that does.
      if (scaled / power === rest) return writeDecimal(bytes, at, scaled, places);
    }
  }
  return writeAscii(bytes, start, Number.isFinite(value) ? String(value) : 'null');
}

function writeDecimal(bytes: Buffer, start: number, scaled: number, places: number): number {
  const power = POWERS[places] ?? NaN;
  const whole = Math.floor(scaled / power);
  let at = writeWhole(bytes, start, whole);
  if (places === 0) return at;
  bytes[at] = POINT;
  at += 1;
  // Below ten to the ninth.
  let fraction = scaled - whole * power;
  for (let position = at + places - 1; position >= at; position -= 1) {
    const next = (fraction / 10) | 0;
    bytes[position] = ZERO + fraction - next * 10;
    fraction = next;
  }
  return at + places;
}

/** Writes a whole number below ten to the fifteenth. */
function writeWhole(bytes: Buffer, start: number, value: number): number {
  if (value <= MAX_INT32) return writeInteger(bytes, start, value);
  const high = Math.floor(value / 1e8);
  const at = writeInteger(bytes, start, high);
  let low = value - high * 1e8;
  for (let position = at + 7; position >= at; position -= 1) {
    const next = (low / 10) | 0;
    bytes[position] = ZERO + low - next * 10;
    low = next;
  }
  return at + 8;
}

/** Writes a whole number of 31 bits. */
function writeInteger(bytes: Buffer, start: number, value: number): number {
  let rest = value | 0;
  let end = start + 1;
  for (let limit = 10; limit <= rest; limit *= 10) end += 1;
  for (let position = end - 1; position >= start; position -= 1) {
    const next = (rest / 10) | 0;
    bytes[position] = ZERO + rest - next * 10;
    rest = next;
  }
  return end;
}

/** Writes the text of a word or a number. */
export function writeAscii(bytes: Buffer, start: number, text: string): number {
  for (let at = 0; at < text.length; at += 1) bytes[start + at] = text.charCodeAt(at);
  return start + text.length;
}
