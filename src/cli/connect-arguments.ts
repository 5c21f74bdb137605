/** The arguments of the command that connects, read but not yet checked by the library. */
export interface ConnectArguments {
  readonly _tag: 'Connect';
  readonly url: string;
  /** Lines of the form `name: value`. */
  readonly headers: readonly string[];
  /** A file with such lines, read again for every attempt. */
  readonly headerFile: string | undefined;
  readonly subprotocols: readonly string[];
  readonly origin: string | undefined;
  /** Files with trust anchors; none for those of Node. */
  readonly ca: readonly string[];
  readonly cert: string | undefined;
  readonly key: string | undefined;
  readonly pfx: string | undefined;
  readonly passphraseFile: string | undefined;
  readonly servername: string | undefined;
  /** Pins of the server's chain; none for any server that passes the checks. */
  readonly pins: readonly string[];
  /** The URL of a proxy, or `env`. */
  readonly proxy: string | undefined;
  readonly minTlsVersion: string | undefined;
  /** The most retries of an outage; 0 for no reconnecting. */
  readonly maxRetries: number;
  /** In milliseconds, as the next one. */
  readonly connectTimeout: number | undefined;
  readonly closeTimeout: number | undefined;
  /** In bytes. */
  readonly maxPayload: number | undefined;
  readonly isCompressed: boolean;
  /** What to send in place of the lines of standard input; empty for those. */
  readonly messages: readonly string[];
  /** Whether what is sent is base64 of binary messages. */
  readonly isBinary: boolean;
  /** How long to go on when everything is sent, in milliseconds; undefined for ever. */
  readonly wait: number | undefined;
  /** Whether to say only what fails. */
  readonly isQuiet: boolean;
}

/** The arguments of the command that reports on a server. */
export interface InspectArguments {
  readonly _tag: 'Inspect';
  /** Where to dial and what to check; the rest of it has no meaning here. */
  readonly connection: ConnectArguments;
}
