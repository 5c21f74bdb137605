import type { DialOptions, Dialled } from '../../../src/tls/dial.js';
import type { Fate } from './scripted-connection.js';
import type { ScriptedNetwork } from './scripted-network.js';

/** The line that a dial leads to: all that is known of it is where it came from. */
export class ScriptedSocket {
  readonly dial: ScriptedDial;
  /** What the server makes of the opening handshake. */
  readonly fate: Fate;
  /** Whether somebody has it: it was destroyed, or a connection was made over it. */
  isTaken = false;

  constructor(dial: ScriptedDial, fate: Fate) {
    this.dial = dial;
    this.fate = fate;
  }

  destroy(): void {
    this.isTaken = true;
  }
}

/** A dial that goes on when a spec says so; the signal ends it, as it ends a real one. */
export class ScriptedDial {
  readonly network: ScriptedNetwork;
  readonly options: DialOptions;
  readonly dialled: Promise<Dialled>;
  socket: ScriptedSocket | undefined;
  /** Whether it leads nowhere any more, or has led to a socket. */
  isOver = false;
  #resolve: (dialled: Dialled) => void = () => undefined;
  #reject: (error: unknown) => void = () => undefined;

  constructor(network: ScriptedNetwork, options: DialOptions) {
    this.network = network;
    this.options = options;
    this.dialled = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
    options.signal.addEventListener('abort', () => {
      this.fail(options.signal.reason);
    });
    options.onPhase('tcp');
  }

  /** The line is there. */
  connect(fate: Fate): void {
    if (this.isOver) return;
    this.isOver = true;
    this.socket = new ScriptedSocket(this, fate);
    // A line without a socket: nobody but the scripted connection looks at it.
    this.#resolve({ socket: this.socket as unknown as Dialled['socket'] });
  }

  /** It fails, e.g. with the error of the system. */
  fail(error: unknown): void {
    if (this.isOver) return;
    this.isOver = true;
    this.#reject(error);
  }
}
