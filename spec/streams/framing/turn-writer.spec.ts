import { Writable } from 'node:stream';
import { setImmediate as turn } from 'node:timers/promises';

import { describe, expect, it, vi } from 'vitest';

import { TurnWriter } from '../../../src/streams/framing/turn-writer.js';
import { OPCODE } from '../../../src/streams/framing/write-frame.js';
import { frame, parseFrames } from '../../../src/testing/index.js';

interface Written {
  readonly writer: TurnWriter;
  readonly socket: Writable;
  /** The payloads of each write. */
  readonly writes: string[][];
  /** What `written` was told. */
  readonly told: (readonly [number, string | undefined])[];
}

function prepare(failure?: Error): Written {
  const writes: string[][] = [];
  const told: (readonly [number, string | undefined])[] = [];
  const take = (bytes: Uint8Array): void => {
    writes.push(parseFrames(bytes).frames.map(({ payload }) => payload.toString('latin1')));
  };
  const socket = new Writable({
    write: (chunk: Uint8Array, _encoding, done) => {
      take(chunk);
      setImmediate(done, failure);
    },
    writev: (chunks, done) => {
      take(Buffer.concat(chunks.map(({ chunk }) => chunk as Uint8Array)));
      setImmediate(done, failure);
    },
  });
  socket.on('error', () => undefined);
  const writer = new TurnWriter(socket, (counted, error) => {
    told.push([counted, error?.message]);
  });
  return { writer, socket, writes, told };
}

const add = (writer: TurnWriter, payload: string, isCounted = true): void => {
  writer.add(OPCODE.text, Buffer.from(payload), isCounted);
};

describe('TurnWriter', () => {
  it('should write what was added in a turn at its end, at once', async () => {
    const { writer, writes, told } = prepare();
    add(writer, 'a');
    add(writer, 'b', false);
    add(writer, 'c');
    expect(writes).toEqual([]);
    expect(writer.size).toBe(3 * 7);
    await turn();
    expect(writes).toEqual([['a', 'b', 'c']]);
    expect(writer.size).toBe(0);
    await turn();
    expect(told).toEqual([[2, undefined]]);
    add(writer, 'd');
    await turn();
    expect(writes).toEqual([['a', 'b', 'c'], ['d']]);
    await turn();
    expect(told).toEqual([
      [2, undefined],
      [1, undefined],
    ]);
  });

  it('should write at once what has pieces of memory of its own', async () => {
    const { writer, writes, told } = prepare();
    const large = 'x'.repeat(100_000);
    for (const each of ['a', large, 'b', large]) add(writer, each);
    await turn();
    expect(writes).toEqual([['a', large, 'b', large]]);
    await turn();
    expect(told).toEqual([[4, undefined]]);
  });

  it('should write before the end of the turn when it is told to, and nothing twice', async () => {
    const { writer, writes } = prepare();
    writer.release();
    expect(writes).toEqual([]);
    add(writer, 'a');
    writer.release();
    expect(writes).toEqual([['a']]);
    add(writer, 'b');
    await turn();
    await turn();
    expect(writes).toEqual([['a'], ['b']]);
  });

  it('should tell that a write failed', async () => {
    const { writer, told } = prepare(new Error('gone'));
    add(writer, 'a');
    await turn();
    await turn();
    expect(told).toEqual([[1, 'gone']]);
  });

  it('should have what others write in the turn go out with it', async () => {
    const { writer, socket, writes, told } = prepare();
    writer.gather();
    for (const payload of ['x', 'y']) socket.write(frame({ opcode: 1, payload }));
    add(writer, 'a');
    expect(writes).toEqual([]);
    await turn();
    expect(writes).toEqual([['x', 'y', 'a']]);
    await turn();
    expect(told).toEqual([[1, undefined]]);
  });

  it('should share no memory with what has to wait behind others', async () => {
    const { writer, socket, writes } = prepare();
    const given: Uint8Array[] = [];
    const { write } = socket;
    vi.spyOn(socket, 'write').mockImplementation((...all: unknown[]) => {
      given.push(all[0] as Uint8Array);
      return Reflect.apply(write, socket, all) as boolean;
    });
    add(writer, 'a');
    writer.release();
    add(writer, 'b');
    writer.release();
    expect(given.map(({ buffer }) => buffer.byteLength)).toEqual([64 * 1024, 7]);
    await turn();
    await turn();
    expect(writes).toEqual([['a'], ['b']]);
  });
});
