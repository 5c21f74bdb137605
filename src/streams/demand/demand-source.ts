import type { Observable } from 'rxjs';

/** The means to make a source wait for a consumer that cannot keep up. */
export interface DemandControl {
  /**
   * The size of the message that is being delivered now, in bytes: that of its payload, as it came. To be read
   * within `next()`; 0 at any other time.
   */
  readonly messageSize: number;
  /**
   * Makes the source wait: it stops to read from the TCP socket until every hold was released.
   *
   * @remarks What was read already may still be delivered.
   *
   * @returns Releases the hold; does nothing the second time.
   */
  hold(): () => void;
  /**
   * Ends the connection, because what waits for a consumer outgrew its hard cap although the source was held.
   *
   * @remarks After it the connection delivers nothing more.
   *
   * @param undelivered - How many bytes wait for the consumer.
   * @param limit - The hard cap, in bytes.
   */
  overrun(undelivered: number, limit: number): void;
}

/** A stream whose source can be made to wait, as a socket can. */
export interface DemandSource<In> extends Observable<In>, DemandControl {}

/**
 * Tells whether a stream can be made to wait.
 *
 * @remarks What an operator gives cannot, even where it was given a socket.
 */
export function isDemandSource<In>(source: Observable<In>): source is DemandSource<In> {
  // Of whatever a program in JavaScript gives.
  const { messageSize, hold, overrun } = Object(source) as Partial<DemandControl>;
  return (
    typeof messageSize === 'number' && typeof hold === 'function' && typeof overrun === 'function'
  );
}
