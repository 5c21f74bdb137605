import { firstValueFrom, map, merge } from 'rxjs';

import type { CommandIo } from './command-io.js';
import { connect } from './connect.js';
import { demo } from './demo/demo.js';
import { KitMissingError } from './demo/load-test-kit.js';
import { EXIT_CODE } from './exit-code.js';
import type { ExitCode } from './exit-code.js';
import { HELP } from './help.js';
import { inspect } from './inspect.js';
import { LineWriter } from './line-writer.js';
import { outputEnd } from './output-end.js';
import { parseArguments } from './parse-arguments.js';
import { UsageError } from './usage-error.js';
import { readVersion } from './version.js';

/**
 * Runs the command `rx-wss` to its end.
 *
 * @param io - The arguments, the streams, the environment, and the wish to end.
 * @returns The exit code. All that it started has ended by then, but for a closing handshake that a
 * second interrupt, or output that failed, has cut short.
 */
export async function run(io: CommandIo): Promise<ExitCode> {
  const out = new LineWriter(io.stdout, io.env);
  const err = new LineWriter(io.stderr, io.env);
  const exitCode = await execute(io, out, err);
  if (exitCode !== EXIT_CODE.done) return exitCode;
  // It is a success only if all output could be written.
  const written = out.flushed.pipe(map(() => EXIT_CODE.done));
  return firstValueFrom(merge(outputEnd(out, err), written), { defaultValue: EXIT_CODE.done });
}

async function execute(io: CommandIo, out: LineWriter, err: LineWriter): Promise<ExitCode> {
  try {
    const command = parseArguments(io.args);
    switch (command._tag) {
      case 'Help':
        out.write(HELP);
        return EXIT_CODE.done;
      case 'Version':
        out.write(readVersion());
        return EXIT_CODE.done;
      case 'Demo':
        return await demo(io, out, err);
      case 'Connect':
        return await connect(command, io, out, err);
      case 'Inspect':
        return await inspect(command, io, out, err);
    }
  } catch (error) {
    if (error instanceof UsageError) {
      err.write(`rx-wss: ${error.message}`);
      err.write("Try 'rx-wss --help'.");
      return EXIT_CODE.usage;
    }
    if (error instanceof KitMissingError) {
      err.write(`rx-wss: ${error.message}`);
      return EXIT_CODE.failed;
    }
    throw error;
  }
}
