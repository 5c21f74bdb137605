/** What a client is to do whose memory is measured. */
export interface MemoryTask {
  /** Where the server is. */
  readonly url: string;
  /** How it consumes, or which rule of overflow it sends by. */
  readonly how: string;
  /** How long. */
  readonly seconds: number;
  /** How many messages it sends. */
  readonly messages?: number;
  /** How large they are, in bytes. */
  readonly size?: number;
}
