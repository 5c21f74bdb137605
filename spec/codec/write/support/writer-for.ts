import { expect } from 'vitest';

import { JsonWriter } from '../../../../src/codec/write/json-writer.js';

/** So many messages are learned from. */
export const SAMPLES = 8;

/** A writer that has learned from messages like these. */
export function writerFor(...messages: readonly unknown[]): JsonWriter {
  const writer = new JsonWriter();
  for (let sent = 0; sent < SAMPLES; sent += 1) writer.write(messages[sent % messages.length]);
  expect(writer.status).toMatchObject({ state: 'working', hits: 0, misses: 0, generations: 1 });
  return writer;
}
