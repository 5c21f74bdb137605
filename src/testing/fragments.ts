/** How a message is cut into frames; without either it is one frame. */
export interface FragmentOptions {
  /** How many frames it takes. Frames may be empty when the message is shorter. */
  readonly fragments?: number | undefined;
  /** The most bytes in each frame. */
  readonly fragmentSize?: number | undefined;
}

/** Cuts `message` into the payloads of its frames; there is always at least one. */
export function toFragments(message: Buffer, options: FragmentOptions): readonly Buffer[] {
  const { length } = message;
  const { fragmentSize = Math.max(length, 1) } = options;
  const count = options.fragments ?? Math.max(Math.ceil(length / fragmentSize), 1);
  return Array.from({ length: count }, (_, index) =>
    options.fragments === undefined
      ? message.subarray(index * fragmentSize, (index + 1) * fragmentSize)
      : message.subarray((index * length) / count, ((index + 1) * length) / count),
  );
}
