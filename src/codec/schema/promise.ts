/** Tells whether a value is a promise, or like one. */
export function isPromise(value: unknown): value is PromiseLike<unknown> {
  return (
    typeof value === 'object' && value !== null && typeof Reflect.get(value, 'then') === 'function'
  );
}

/** Lets go of a promise that nobody waits for, so that its rejection is not reported as unhandled. */
export function settle(promise: PromiseLike<unknown>): void {
  const ignore = (): void => undefined;
  promise.then(ignore, ignore);
}
