import { describeEnding, inspectServer, SocketError } from '../index.js';
import type { CommandIo } from './command-io.js';
import { inspectOptions, inUsageTerms } from './create-socket.js';
import { EXIT_CODE } from './exit-code.js';
import type { ExitCode } from './exit-code.js';
import type { InspectArguments } from './connect-arguments.js';
import type { LineWriter } from './line-writer.js';
import { serverReport } from './server-report.js';

/**
 * Reports on the certificate of a server, to which no byte of a request is sent.
 *
 * @param args - The server, and what to check it against.
 * @param io - The environment.
 * @param out - Standard output, for the report.
 * @param err - Standard error, for why there is none.
 * @returns The exit code: a failure when there is no report, or when a check did not pass.
 * @throws UsageError (as a rejection) when an argument is wrong.
 */
export async function inspect(
  args: InspectArguments,
  io: CommandIo,
  out: LineWriter,
  err: LineWriter,
): Promise<ExitCode> {
  try {
    const options = inspectOptions(args.connection, io.env);
    const report = await inspectServer(options);
    for (const line of serverReport(report, Date.now(), out.paint)) out.write(line);
    return report.checks.every(({ passed }) => passed) ? EXIT_CODE.done : EXIT_CODE.failed;
  } catch (error) {
    if (!(error instanceof SocketError)) throw inUsageTerms(error, args.connection);
    const { ending } = error;
    if (ending._tag === 'OptionsInvalid') throw inUsageTerms(ending.cause, args.connection);
    err.write(`rx-wss: ${describeEnding(ending)}`);
    return EXIT_CODE.failed;
  }
}
