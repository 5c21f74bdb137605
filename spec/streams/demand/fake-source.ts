import { Observable, Subject } from 'rxjs';
import { Demand } from '../../../src/streams/demand/demand.js';
import type { PausableLine } from '../../../src/streams/demand/demand.js';
import type { DemandSource } from '../../../src/streams/demand/demand-source.js';

/** What a fake source is made with. */
export interface FakeSourceOptions<T> {
  /** Where its values come from. @defaultValue `emit()`, `error()` and `complete()` */
  readonly upstream?: Observable<T>;
  /** @defaultValue 1 */
  readonly sizeOf?: (value: T) => number;
  readonly line?: Partial<PausableLine>;
  /** What an overrun brings about. @defaultValue nothing */
  readonly onOverrun?: (source: FakeSource<T>) => void;
}

/** A stream that can be made to wait, and that tells how it was dealt with. */
export interface FakeSource<T> extends DemandSource<T> {
  readonly isHeld: boolean;
  /** How often it was paused. */
  readonly pauses: number;
  /** What `overrun` was told. */
  readonly overruns: readonly (readonly [number, number])[];
  /** How many subscribers it has. */
  readonly subscribers: number;
  readonly emit: (value: T) => void;
  readonly error: (error: unknown) => void;
  readonly complete: () => void;
}

/** Makes a stream that is held for real, and that does nothing about it but tell `line`. */
export function createFakeSource<T>(options: FakeSourceOptions<T> = {}): FakeSource<T> {
  const { sizeOf = () => 1, line, onOverrun } = options;
  const subject = new Subject<T>();
  const upstream = options.upstream ?? subject;
  const demand = new Demand();
  const overruns: [number, number][] = [];
  let messageSize = 0;
  let subscribers = 0;
  let pauses = 0;
  demand.attach({
    pause: () => {
      pauses += 1;
      line?.pause?.();
    },
    resume: () => line?.resume?.(),
  });

  const stream = new Observable<T>((subscriber) => {
    subscribers += 1;
    const subscription = upstream.subscribe({
      next: (value) => {
        messageSize = sizeOf(value);
        subscriber.next(value);
        messageSize = 0;
      },
      error: (error: unknown) => subscriber.error(error),
      complete: () => subscriber.complete(),
    });
    return () => {
      subscribers -= 1;
      subscription.unsubscribe();
    };
  });
  const control = {
    get messageSize() {
      return messageSize;
    },
    get isHeld() {
      return demand.isHeld;
    },
    get pauses() {
      return pauses;
    },
    get subscribers() {
      return subscribers;
    },
    overruns,
    hold: () => demand.hold(),
    overrun: (undelivered: number, limit: number) => {
      overruns.push([undelivered, limit]);
      onOverrun?.(source);
    },
    emit: (value: T) => subject.next(value),
    error: (error: unknown) => subject.error(error),
    complete: () => subject.complete(),
  };
  const source = Object.defineProperties(
    stream,
    Object.getOwnPropertyDescriptors(control),
  ) as FakeSource<T>;
  return source;
}
