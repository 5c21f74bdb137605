import type { Delivery } from '../../../src/index.js';
import type { NoteClient, SentNote } from './note-client.js';
import type { NoteConnection } from './note-server.js';

/** The fates, those of `next()` that nothing is told of as `Silent`. */
export type Fate = Delivery['_tag'] | 'Silent';

/** Gives what became of a note. */
function fateOf({ fates: [first] }: SentNote): Fate {
  return first?._tag ?? 'Silent';
}

/** Gives how many notes had which fate. */
export function countFates(notes: readonly SentNote[]): Readonly<Record<Fate, number>> {
  const counts: Record<Fate, number> = {
    Flushed: 0,
    Acknowledged: 0,
    Expired: 0,
    Dropped: 0,
    Rejected: 0,
    Unknown: 0,
    Silent: 0,
  };
  for (const note of notes) counts[fateOf(note)] += 1;
  return counts;
}

/** What came of a note, and where. */
interface Receipt {
  readonly isAgain: boolean;
  readonly connection: NoteConnection;
}

/** Gives what does not add up between what a client was told and what its server has seen, in words. */
export function audit(client: NoteClient, seen: readonly NoteConnection[]): readonly string[] {
  const connections = seen.filter((each) => each.client === client.name);
  const receipts = new Map<number, Receipt[]>();
  for (const connection of connections) {
    for (const { id, isAgain } of connection.received) {
      const known = receipts.get(id) ?? [];
      receipts.set(id, known);
      known.push({ isAgain, connection });
    }
  }
  return [
    ...client.violations,
    ...client.notes.flatMap((note) => auditNote(note, receipts.get(note.id) ?? [])),
    ...connections.flatMap((connection) => auditConnection(client, connection)),
  ].map((each) => `${client.name}: ${each}`);
}

function auditNote(note: SentNote, receipts: readonly Receipt[]): readonly string[] {
  const { id, way, isAcked, fates } = note;
  const wrong: string[] = [];
  const complain = (what: string): void => {
    const came = receipts.map(
      ({ isAgain, connection }) => `${connection.number}${isAgain ? ' again' : ''}`,
    );
    wrong.push(
      `note ${id} (${way}), ${JSON.stringify(fates)}, came on [${came.join(', ')}]: ${what}`,
    );
  };
  const first = fates[0];
  // `undelivered` is about those of next() alone.
  if (way === 'send' ? fates.length !== 1 : fates.length > 1) complain('not one fate');
  if (receipts.filter(({ isAgain }) => !isAgain).length > 1) complain('twice, and not marked');
  if (receipts.slice(1).some(({ isAgain }) => !isAgain)) complain('unmarked after another');
  if (!isAcked && receipts.length > 1) complain('twice, and not to be acknowledged');
  switch (first?._tag) {
    case 'Expired':
    case 'Dropped':
    case 'Rejected':
      if (receipts.length > 0) complain('came although it was not sent');
      break;
    case 'Acknowledged':
      if (!isAcked) complain('acknowledged unasked');
      if (first.sends < receipts.length) complain('came more often than it was sent');
      if (!receipts.some(({ connection }) => connection.number === first.connection)) {
        complain('acknowledged where it did not come');
      }
      break;
    case 'Flushed':
      if (isAcked) complain('flushed, and not waited for');
      if (receipts.some(({ connection }) => connection.number !== first.connection)) {
        complain('came on another connection');
      }
      break;
    case undefined:
      // Nothing is told of what `next()` has brought through.
      if (isAcked && receipts.length === 0) complain('never came');
      break;
    case 'Unknown':
      break;
  }
  return wrong;
}

/** What a connection brought is a beginning of what it was given, and all of it after a closing handshake. */
function auditConnection(client: NoteClient, connection: NoteConnection): readonly string[] {
  const { number, received, isWhole } = connection;
  if (number === undefined) return received.length > 0 ? ['notes before the first one'] : [];
  const wrong: string[] = [];
  const came = new Set(received.map(({ id }) => id));
  const isOrdered = client.overflow !== 'latest-by-key';
  // Where a newer note takes an older one's place, the numbers are not in order.
  const inOrder = received.filter(({ id }) => isOrdered || client.notes[id - 1]?.isKeyed === false);
  for (const [index, { id }] of inOrder.entries()) {
    const before = inOrder[index - 1]?.id ?? 0;
    if (id <= before) wrong.push(`note ${id} after ${before} on connection ${number}`);
  }
  const last = Math.max(0, ...inOrder.map(({ id }) => id));
  for (const note of client.notes) {
    const [fate] = note.fates;
    if (fate?._tag !== 'Flushed' || fate.connection !== number || came.has(note.id)) continue;
    const isBefore = note.id < last && (isOrdered || !note.isKeyed);
    if (isWhole || isBefore) {
      wrong.push(`note ${note.id} was flushed on connection ${number} and did not come`);
    }
  }
  return wrong;
}
