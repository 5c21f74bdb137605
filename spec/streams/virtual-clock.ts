import { VirtualTimeScheduler } from 'rxjs';

/** A scheduler whose time passes when a spec says so. */
export class VirtualClock extends VirtualTimeScheduler {
  /** Lets `duration` milliseconds pass, and does what falls due in them. */
  advance(duration: number): void {
    const until = this.frame + duration;
    const arrival = this.schedule(() => undefined, duration);
    this.maxFrames = until;
    this.flush();
    arrival.unsubscribe();
  }

  /** How many timers are set. */
  get pending(): number {
    return this.actions.filter((each) => !each.closed).length;
  }
}
