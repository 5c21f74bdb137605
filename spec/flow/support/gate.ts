/** Something that a consumer waits at. */
export interface Gate {
  /** Gives a promise that resolves once the gate is open. */
  readonly pass: () => Promise<void>;
  readonly open: () => void;
}

/** Makes a gate that is closed. */
export function createGate(): Gate {
  let open: () => void = () => undefined;
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { pass: () => opened, open };
}
