import { DEFAULT_SOCKET_OPTIONS } from '../index.js';

const { connectTimeout, closeTimeout, maxPayload } = DEFAULT_SOCKET_OPTIONS;

/** What `--help` prints. */
export const HELP: string = `
Usage: rx-wss                      a demonstration, with a server of its own
       rx-wss <URL> [options]      connects to the WebSocket server at ws://… or wss://…
       rx-wss tls <URL> [options]  reports on the certificate of the server at wss://…: the
                                   chain, each check, the pins; sends it nothing

Messages from the server go to standard output, one on each line. Lines of standard input are sent
as messages. What becomes of the connection is told on standard error. Ctrl-C closes it with 1000; a
second Ctrl-C ends at once.

Opening handshake:
  -H, --header 'name: value'   a header; may be repeated
      --header-file <file>     headers, one on each line, read again for every attempt;
                               unlike --header it does not show in the list of processes
  -s, --subprotocol <name>     a subprotocol to offer; may be repeated
  -o, --origin <origin>        the Origin header
      --compress               offer compression of messages

TLS:
      --ca <file>              trust anchors (PEM or DER) in place of those of Node; may be repeated
      --cert <file>            the client certificate, followed by its intermediates
      --key <file>             its private key
      --pfx <file>             a PKCS #12 archive in place of --cert and --key
      --passphrase-file <file> what the key or the archive is encrypted with; or else in the
                               environment variable RX_WSS_PASSPHRASE
      --servername <name>      the server name to ask for and to check the certificate against
      --min-tls-version <v>    TLSv1.2 (the default) or TLSv1.3
      --pin <sha256/…>         a pin that the server's chain must match; may be repeated

Proxy:
      --proxy <URL>            http://… or https://…, or env to go by HTTPS_PROXY and NO_PROXY

Connection:
  -r, --reconnect              dial again when the line is lost, after 0.2 s to 30 s
      --max-retries <n>        reconnect, but give up after so many retries in one outage
      --connect-timeout <ms>   the time limit of one attempt (${connectTimeout} ms)
      --close-timeout <ms>     the time limit of the closing handshake (${closeTimeout} ms)
      --max-payload <bytes>    the largest message to take (${maxPayload} bytes)

Messages:
  -x, --execute <message>      send this in place of standard input; may be repeated
  -w, --wait <seconds>         close so long after everything is sent: when standard input has
                               ended, or at once with --execute. Without it, nothing but Ctrl-C
                               or the server closes
  -b, --binary                 lines and --execute hold base64, which is sent as binary messages
  -q, --quiet                  tell only failures

  -h, --help                   print this
  -V, --version                print the version

Output:
  A text message with JSON stays JSON: line breaks become spaces, control characters \\uXXXX. In
  other text control characters become \\uXXXX. A binary message is printed as base64:… Colours are
  for terminals; NO_COLOR and FORCE_COLOR are observed.

Exit code:
  0    the connection was closed cleanly, with 1000 or without a code, by either side
  1    there was no connection, or it failed; with tls, a check did not pass
  2    an argument is wrong
  74   standard output could not be written
  130  Ctrl-C before there was a connection, or a second time

Examples:
  rx-wss wss://feed.example.com/v1 --ca ca.pem --cert me.pem --key me.key --reconnect
  echo '{"ping":1}' | rx-wss wss://feed.example.com/v1 --wait 2
  rx-wss tls wss://feed.example.com --ca ca.pem
  rx-wss wss://feed.example.com/v1 -H 'authorization: Bearer …' -x '{"subscribe":"ADA"}' | jq .price
`.trim();
