/** The constants of the program that a generated function uses, by position. */
export class Constants {
  readonly values: unknown[] = [];

  /** Gives the name under which the generated function finds `value`. */
  nameOf(value: unknown): string {
    // Not indexOf, for which 0 and -0 are one.
    const at = this.values.findIndex((each) => Object.is(each, value));
    return `k${at === -1 ? this.values.push(value) - 1 : at}`;
  }
}

let isAllowed: boolean | undefined;

/** Tells whether this process may make code from strings; `--disallow-code-generation-from-strings` forbids it. */
export function mayGenerate(): boolean {
  isAllowed ??= tryGenerate();
  return isAllowed;
}

/**
 * Makes a function out of the text of its body.
 *
 * @remarks
 * The text comes from this library: keys of the program's own types as JSON strings, and numbers. What a
 * program gives in other forms is handed over as `constants`.
 */
export function functionOf(parameters: string, body: string, constants: Constants): unknown {
  const names = constants.values.map((_, at) => `k${at}`);
  const source = `"use strict";\nreturn function (${parameters}) {\n${body}\n}`;
  // eslint-disable-next-line @typescript-eslint/no-implied-eval -- a check that is made for one type
  const make = new Function(...names, source) as (...values: unknown[]) => unknown;
  return make(...constants.values);
}

function tryGenerate(): boolean {
  try {
    functionOf('', '', new Constants());
    return true;
  } catch {
    return false;
  }
}
