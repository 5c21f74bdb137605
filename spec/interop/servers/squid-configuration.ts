import { SQUID_AUTHENTICATOR } from './install-servers.js';

/** What the configuration depends on. */
export interface SquidSettings {
  /** Where everything goes that squid writes, and where its users are. */
  readonly folder: string;
  readonly port: number;
  /** The ports that it connects to. */
  readonly targetPorts: readonly number[];
}

/** Gives the text of squid.conf. */
export function squidConfiguration({ folder, port, targetPorts }: SquidSettings): string {
  return `
http_port 127.0.0.1:${port}
pid_filename ${folder}/squid.pid
cache_log ${folder}/squid-cache.log
coredump_dir ${folder}
# What was asked for and how it was answered, once the tunnel is closed.
logformat interop %rm %ru %>Hs %un
access_log stdio:${folder}/squid-access.log logformat=interop

auth_param basic program ${SQUID_AUTHENTICATOR} ${folder}/squid-users
auth_param basic children 1 startup=1 idle=1
auth_param basic realm interop

acl CONNECT method CONNECT
acl targets port ${targetPorts.join(' ')}
acl loopback dst 127.0.0.0/8 ::1
acl users proxy_auth REQUIRED
http_access deny !CONNECT
http_access deny !targets
http_access allow users loopback
http_access deny all

# It talks to nobody else, keeps nothing and ends at once.
dns_nameservers 127.0.0.1
pinger_enable off
netdb_filename none
cache deny all
cache_mem 8 MB
max_filedescriptors 1024
shutdown_lifetime 0 seconds
`;
}
