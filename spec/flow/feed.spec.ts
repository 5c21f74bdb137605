import { setTimeout as pause } from 'node:timers/promises';

import * as t from 'io-ts';
import { describe, expect, it } from 'vitest';

import { constantBackoff, gaps, isTransient, json, webSocket } from '../../src/index.js';
import { createCertificateAuthority, createRelay } from '../../src/testing/index.js';
import type { Relay } from '../../src/testing/index.js';
import { anyTrouble } from '../faults/support/any-trouble.js';
import { diceOf } from '../faults/support/dice.js';
import { leastEndings, RESTART } from '../faults/support/expected-endings.js';
import { LIMITS } from '../faults/support/trouble.js';
import { activeResources, nothingLeftSince } from '../integration/support/leaks.js';
import { useNoUncaught } from '../integration/support/no-uncaught.js';
import { until } from '../integration/support/until.js';
import { createNumberedFeed } from './support/numbered-feed.js';
import type { Report } from './support/numbered-feed.js';

const MESSAGES = Number(process.env['FLOW_FEED'] ?? 20_000);
const SEED = Number(process.env['FLOW_SEED'] ?? Math.floor(Math.random() * 2 ** 31));
/** So many messages are sent from one trouble to the next. */
const STEP = Math.min(2_500, Math.ceil(MESSAGES / 25));
/** The client reports every so many messages. */
const REPORT_EVERY = 10;
const PATIENCE = 20_000;
/** As long as it takes the heartbeat to notice a silence, in milliseconds. */
const MOMENT = 700;

const Message = t.partial({ n: t.number, ack: t.number });
type Message = t.TypeOf<typeof Message>;

useNoUncaught();

describe('a feed with resume and acknowledge', () => {
  it(
    `should arrive complete and in order, ${MESSAGES} messages through random faults`,
    async () => {
      const before = activeResources();
      const ca = await createCertificateAuthority();
      const { chain, key } = await ca.issue({ commonName: 'localhost', usage: 'server' });
      const feed = await createNumberedFeed({ cert: chain, key });
      const relay = await createRelay({ target: { port: feed.server.port }, seed: SEED });
      const dice = diceOf(SEED);
      const counts = { Message: 0, Gap: 0, Late: 0, Duplicate: 0 };
      const disorder: number[] = [];
      const fates: Record<string, number> = {};
      const outcomes: string[] = [];
      let last = 0;
      let endings = 0;
      let given = 0;
      let resent = 0;

      const socket = webSocket<Message, Report>({
        url: (_attempt, _signal, cursor) => `${relay.url}/?after=${Number(cursor ?? 0)}`,
        tls: { ca: ca.certificate },
        codec: json({ incoming: Message }),
        reconnect: {
          policy: constantBackoff({ delay: 5 }),
          // What a silence has swallowed, no network would: the handshake goes on without it, and fails.
          isTransient: (ending) => isTransient(ending) || ending._tag === 'TlsFailed',
        },
        resume: { cursor: ({ n }) => n },
        acknowledge: {
          id: ({ report }) => report,
          ack: ({ ack }) => ack,
          again: (report) => ({ ...report, isAgain: true }),
        },
        closeObserver: { next: () => (endings += 1) },
        ...LIMITS,
      });

      socket.pipe(gaps(({ n }) => n, { start: 1 })).subscribe({
        next: (each) => {
          counts[each._tag] += 1;
          if (each._tag !== 'Message') return;
          const { n = 0 } = each.message;
          if (n !== last + 1) disorder.push(n);
          last = n;
          if (n % REPORT_EVERY !== 0) return;
          given += 1;
          void socket.send({ report: given }, { ttl: Infinity }).then((delivery) => {
            fates[delivery._tag] = (fates[delivery._tag] ?? 0) + 1;
            if (delivery._tag === 'Acknowledged' && delivery.sends > 1) resent += 1;
          });
        },
        error: (error: unknown) => outcomes.push(`failed: ${String(error)}`),
        complete: () => outcomes.push('completed'),
      });

      const strike = async (relayed: Relay): Promise<void> => {
        const trouble = anyTrouble(dice);
        const { now, next, refuse, closer } = trouble;
        const start = endings;
        // Some of the step is on its way by then.
        await pause(dice.integer(0, 5));
        if (next.length > 0) relayed.setNextFaults(next);
        if (refuse !== undefined) await relayed.setFaults([refuse]);
        if (now.length > 0) relayed.connections.at(-1)?.setFaults(now);
        // A stream that we complete or tear down would not be this one any more.
        if (closer === 'server') feed.closeAll(RESTART);
        else if (closer !== undefined) socket.reconnect();
        // Some strike only when more comes. What a silence has swallowed by then breaks TLS.
        const soon = performance.now() + MOMENT;
        await until(
          'the trouble to strike',
          () => endings - start >= leastEndings(trouble) || performance.now() > soon,
          PATIENCE,
        );
        await relayed.setFaults([]);
      };

      const began = performance.now();
      let troubles = 0;
      for (let to = 0; to < MESSAGES;) {
        to = Math.min(MESSAGES, to + STEP);
        feed.advance(to);
        await strike(relay);
        troubles += 1;
        await until(`message ${to}`, () => last >= to, PATIENCE);
      }
      await until('all reports', () => feed.reports === given, PATIENCE);
      await until('their fates', () => fates['Acknowledged'] === given, PATIENCE);
      const took = performance.now() - began;
      socket.complete();
      await until('the end', () => outcomes.length > 0);
      await relay.close();
      await feed.server.close();
      if (process.env['FLOW_REPORT'] !== undefined) {
        console.log(
          `seed ${SEED}: ${MESSAGES} messages through ${troubles} troubles and ` +
            `${feed.server.accepted} connections in ${Math.round(took)} ms; ${feed.sent} sent; ` +
            `${given} reports, ${feed.duplicates} came twice, all marked, ${resent} were sent again`,
        );
      }
      expect(
        { counts, disorder, fates, outcomes, violations: feed.violations },
        `FLOW_SEED=${SEED} FLOW_FEED=${MESSAGES}`,
      ).toEqual({
        counts: { Message: MESSAGES, Gap: 0, Late: 0, Duplicate: 0 },
        disorder: [],
        fates: { Acknowledged: given },
        outcomes: ['completed'],
        violations: [],
      });
      expect(feed.server.accepted).toBeGreaterThan(troubles / 4);
      expect(feed.duplicates).toBeGreaterThan(0);
      await nothingLeftSince(before);
    },
    60_000 + MESSAGES,
  );
});
