import type { X509Certificate } from 'node:crypto';

import { printable } from '../index.js';
import type { PeerCheck, ServerReport } from '../index.js';
import type { Paint } from './paint.js';

const DAY = 24 * 60 * 60 * 1_000;
const LABEL_WIDTH = 'fingerprint'.length;

/**
 * Gives the lines of a report on a server's certificate: the connection, the chain, the checks, the
 * pins ready to paste.
 *
 * @param report - What was found.
 * @param now - The present time, in milliseconds since the epoch, for the days that are left.
 * @param paint - Colours, or none.
 */
export function serverReport(report: ServerReport, now: number, paint: Paint): readonly string[] {
  const { target, servername, protocol, cipher, chain, pins, checks } = report;
  return [
    paint('bold', 'Connection'),
    field('server', target, paint),
    field('name', servername, paint),
    field('protocol', protocol, paint),
    field('cipher', cipher, paint),
    '',
    paint('bold', 'Chain'),
    ...chain.flatMap((certificate, index) => describe(certificate, index, now, paint)),
    '',
    paint('bold', 'Checks'),
    ...checks.map((check) => checkLine(check, paint)),
    '',
    paint('bold', 'Pins'),
    ...pins.map((pin, index) => `  '${pin}', ${paint('dim', `// ${roleOf(chain, index)}`)}`),
  ];
}

function field(label: string, text: string, paint: Paint): string {
  return `  ${paint('dim', label.padEnd(LABEL_WIDTH))}  ${printable(text, MAX_TEXT)}`;
}

const MAX_TEXT = 2_000;

function describe(
  certificate: X509Certificate,
  index: number,
  now: number,
  paint: Paint,
): readonly string[] {
  const { subject, issuer, subjectAltName, validFrom, validTo, serialNumber } = certificate;
  const lines = [
    `  ${index} ${printable(onOneLine(subject), MAX_TEXT)}`,
    indented('issuer', onOneLine(issuer), paint),
    indented('valid', `${day(validFrom)} to ${day(validTo)}, ${left(validTo, now)}`, paint),
    indented('serial', serialNumber, paint),
  ];
  if (subjectAltName !== undefined) lines.push(indented('names', subjectAltName, paint));
  return lines;
}

function indented(label: string, text: string, paint: Paint): string {
  return `  ${field(label, text, paint)}`;
}

/** Node writes a name over several lines, and gives undefined for an empty one. */
function onOneLine(name: string | undefined): string {
  return name === undefined ? '(no subject)' : name.split('\n').reverse().join(', ');
}

function day(date: string): string {
  return new Date(date).toISOString().slice(0, 10);
}

function left(validTo: string, now: number): string {
  const days = Math.floor((Date.parse(validTo) - now) / DAY);
  return days < 0 ? `expired ${-days} days ago` : `${days} days left`;
}

function checkLine({ check, passed, reason, advice }: PeerCheck, paint: Paint): string {
  const label = check.padEnd(LABEL_WIDTH);
  return passed
    ? `  ${paint('green', 'ok')}      ${label}`.trimEnd()
    : `  ${paint('red', 'FAILED')}  ${label}  ${printable(`${reason ?? ''}. ${advice ?? ''}`, MAX_TEXT)}`;
}

function roleOf(chain: readonly X509Certificate[], index: number): string {
  if (index === 0) return 'leaf';
  const certificate = chain[index];
  return certificate?.subject === certificate?.issuer ? 'root' : 'intermediate';
}
