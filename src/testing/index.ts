// Certificates.
export { createCertificateAuthority } from './certificate-authority.js';
export type {
  AuthorityOptions,
  CertificateAuthority,
  IssuedCertificate,
  LeafOptions,
} from './certificate-authority.js';
export type { CertificateOptions, RevocationListOptions } from './certificate-signing.js';
export type {
  CertificateUsage,
  ExtensionOptions,
  NameConstraints,
} from './certificate-extensions.js';
export { encryptKey } from './certificate-key.js';
export type { KeyOptions, SignatureHash } from './certificate-key.js';

// Servers.
export { createRawServer } from './raw-server.js';
export type { RawConnection, RawEnding, RawServer, RawServerOptions } from './raw-server.js';
export { createWssServer } from './wss-server.js';
export type { Refusal, WssServer, WssServerOptions } from './wss-server.js';
export type { CloseStatus, ReceivedMessage, SendOptions, WssConnection } from './wss-connection.js';
export type { WssProtocolOptions } from './wss-upgrader.js';
export type { ClientIdentity, WssRequest } from './wss-request.js';
export type { FragmentOptions } from './fragments.js';
export type { ListenOptions } from './loopback.js';

// Faults.
export { createRelay } from './relay.js';
export type { Relay } from './relay.js';
export type { RelayOptions, RelayTarget } from './relay-options.js';
export type { RelayConnection, RelayEnding } from './relay-connection.js';
export type { FlowCounts } from './flow-counts.js';
export type {
  Bandwidth,
  Blackhole,
  ConnectionFault,
  Cut,
  DirectedFault,
  End,
  Fault,
  FaultDirection,
  FlowDirection,
  HalfClose,
  Latency,
  Refuse,
  Reset,
  Slices,
  SlowAccept,
  TimedFault,
} from './fault.js';

// Bytes on the wire.
export { closePayload, frame, parseFrames } from './frames.js';
export type { Frame, FrameOptions, ParsedFrames } from './frames.js';
export { acceptKey, acceptUpgrade, readRequestHead } from './opening-handshake.js';
export type { RequestHead } from './opening-handshake.js';
