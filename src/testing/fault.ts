/** A way through a relay: what the client sends to the server, or what the server sends back. */
export type FlowDirection = 'toServer' | 'toClient';

/** The ways that a fault is on. */
export type FaultDirection = FlowDirection | 'both';

/** What a fault has that is on one way or on both. */
export interface DirectedFault {
  /**
   * The ways that it is on.
   *
   * @defaultValue `'both'`
   */
  readonly direction?: FaultDirection | undefined;
}

/** What a fault has that happens at a time. */
export interface TimedFault {
  /**
   * How long after it was set, in milliseconds; on a new connection, after the relay has reached
   * the server.
   *
   * @defaultValue 0
   */
  readonly delay?: number | undefined;
}

/** Everything arrives later, in order. */
export interface Latency extends DirectedFault {
  readonly _tag: 'Latency';
  /** By how much, in milliseconds. */
  readonly delay: number;
  /**
   * Up to how many more milliseconds, anew for each chunk that the relay reads.
   *
   * @defaultValue 0
   */
  readonly jitter?: number | undefined;
}

/** Everything arrives in small pieces: each is a write of its own, in its own turn of the event loop. */
export interface Slices extends DirectedFault {
  readonly _tag: 'Slices';
  /**
   * The most bytes in a piece.
   *
   * @defaultValue 1
   */
  readonly size?: number | undefined;
}

/** No more than so many bytes arrive in a second; the sender is held back. */
export interface Bandwidth extends DirectedFault {
  readonly _tag: 'Bandwidth';
  /** 0 lets nothing through, and loses nothing. */
  readonly bytesPerSecond: number;
}

/**
 * What is sent is read and dropped, ends and resets too; the TCP connections stay. What was dropped
 * stays lost when the fault is taken away, but for an end or a reset, which are then passed on.
 */
export interface Blackhole extends DirectedFault, TimedFault {
  readonly _tag: 'Blackhole';
}

/** The connection is torn down with a TCP reset (RST). */
export interface Reset extends TimedFault {
  readonly _tag: 'Reset';
  /**
   * Who gets the reset: the server, the client or both. Who does not is sent a FIN.
   *
   * @defaultValue `'both'`
   */
  readonly direction?: FaultDirection | undefined;
}

/** Client and server are both sent a FIN, and nothing more is carried. */
export interface End extends TimedFault {
  readonly _tag: 'End';
}

/** A FIN is sent one way, and nothing more is carried that way; the other way goes on. */
export interface HalfClose extends TimedFault {
  readonly _tag: 'HalfClose';
  /** The way that is closed. */
  readonly direction: FlowDirection;
}

/** The connection is cut, both ways, once exactly so many bytes went one way. */
export interface Cut {
  readonly _tag: 'Cut';
  /** How many bytes still get through, counted from when the fault was set. */
  readonly afterBytes: number;
  /** The way that is counted. */
  readonly direction: FlowDirection;
  /** What it is cut by: {@link Reset}, {@link End} or {@link Blackhole}. */
  readonly how: 'reset' | 'end' | 'blackhole';
}

/**
 * The relay waits before it reads from a new connection or reaches for the server. The system has
 * completed the TCP handshake by then: the client finds itself connected, and hears nothing.
 */
export interface SlowAccept {
  readonly _tag: 'SlowAccept';
  /** How long, in milliseconds. */
  readonly delay: number;
}

/** The relay does not listen: connecting is refused, the connections there are go on. */
export interface Refuse {
  readonly _tag: 'Refuse';
  /**
   * How long, in milliseconds; then it listens on the same port again.
   *
   * @defaultValue `Infinity`: until other faults are set
   */
  readonly duration?: number | undefined;
}

/**
 * A fault of one connection through a relay. Several may be set together; of two of a kind on the same
 * way the later one counts, of two cuts the nearer.
 */
export type ConnectionFault =
  Latency | Slices | Bandwidth | Blackhole | Reset | End | HalfClose | Cut | SlowAccept;

/** A fault of a relay: of all its connections, or of its port. */
export type Fault = ConnectionFault | Refuse;
