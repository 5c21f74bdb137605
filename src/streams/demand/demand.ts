/** A line that can be read or left alone. */
export interface PausableLine {
  /** Stops reading; what was read already may still be delivered. */
  pause(): void;
  /** Reads again. */
  resume(): void;
}

/**
 * Counts who cannot take more at the moment, and has the present line wait while there is anybody.
 *
 * @remarks Holds outlive lines: one that comes while somebody cannot take more begins paused.
 */
export class Demand {
  #holds = 0;
  #line: PausableLine | undefined;

  /** Whether anybody cannot take more. */
  get isHeld(): boolean {
    return this.#holds > 0;
  }

  /**
   * Has the lines wait, from now on.
   *
   * @returns Ends that, once nobody else holds them; does nothing the second time.
   */
  hold(): () => void {
    this.#holds += 1;
    if (this.#holds === 1) this.#line?.pause();
    let isReleased = false;
    return () => {
      if (isReleased) return;
      isReleased = true;
      this.#holds -= 1;
      if (this.#holds === 0) this.#line?.resume();
    };
  }

  /** A line has come about: it is the present one from now on. */
  attach(line: PausableLine): void {
    if (line === this.#line) return;
    if (this.#line !== undefined) this.detach(this.#line);
    this.#line = line;
    if (this.isHeld) line.pause();
  }

  /** A line is over, or brings nothing that is wanted; does nothing when it is not the present one. */
  detach(line: PausableLine): void {
    if (line !== this.#line) return;
    this.#line = undefined;
    // The closing handshake has to be read, and the end of the TCP stream.
    if (this.isHeld) line.resume();
  }
}
