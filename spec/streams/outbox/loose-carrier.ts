import type { CloseOrder } from '../../../src/streams/close-request.js';
import type { Carrier, Outlet } from '../../../src/streams/outbox/outlet.js';

/** A connection that hands nothing to the system until a spec says so. */
export class LooseCarrier implements Carrier {
  /** What it was given, as text. */
  readonly sent: string[] = [];
  readonly closes: CloseOrder[] = [];
  isOpen = true;
  /** Called when it is given a message, before it takes it. */
  sending: (text: string) => void = () => undefined;
  #flushed = 0;

  send(bytes: Uint8Array): boolean {
    if (!this.isOpen) return false;
    const text = Buffer.from(bytes).toString();
    this.sending(text);
    this.sent.push(text);
    return true;
  }

  close(order: CloseOrder): void {
    this.isOpen = false;
    this.closes.push(order);
  }

  /** Hands the next `count` messages to the system. */
  flush(
    outlet: Pick<Outlet<never>, 'flushed'>,
    count: number = this.sent.length - this.#flushed,
  ): void {
    for (let each = 0; each < count && this.#flushed < this.sent.length; each += 1) {
      this.#flushed += 1;
      outlet.flushed();
    }
  }
}
