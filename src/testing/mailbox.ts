/** A first-in-first-out line of values that a spec waits for, one at a time. */
export interface Mailbox<T> {
  /** Hands `value` to whoever has waited longest, or keeps it. */
  put(value: T): void;
  /** Gives the oldest value that nobody took yet, when there is one. */
  take(): Promise<T>;
  /** Rejects everyone who waits, and who will wait once it is empty. */
  fail(error: Error): void;
}

/** Makes an empty mailbox. */
export function createMailbox<T>(): Mailbox<T> {
  const values: T[] = [];
  const waiting: { resolve(value: T): void; reject(error: Error): void }[] = [];
  let failure: Error | undefined;
  return {
    put(value) {
      const first = waiting.shift();
      if (first === undefined) values.push(value);
      else first.resolve(value);
    },
    take() {
      const taken = new Promise<T>((resolve, reject) => {
        if (values.length > 0) values.splice(0, 1).forEach(resolve);
        else if (failure === undefined) waiting.push({ resolve, reject });
        else reject(failure);
      });
      return handled(taken);
    },
    fail(error) {
      failure ??= error;
      for (const each of waiting.splice(0)) each.reject(failure);
    },
  };
}

/** Gives `promise`, whose rejection nobody has to handle: a spec may let go of what it waited for. */
export function handled<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => undefined);
  return promise;
}
