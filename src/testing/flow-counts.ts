/** How many bytes of a relayed connection went one way; the rest of what was received still waits. */
export interface FlowCounts {
  /** Read by the relay. */
  readonly received: number;
  /** Written by the relay. */
  readonly delivered: number;
  /** Thrown away by the relay. */
  readonly dropped: number;
}

/** The counts of a way that nothing went yet. */
export const NO_BYTES: FlowCounts = Object.freeze({ received: 0, delivered: 0, dropped: 0 });
