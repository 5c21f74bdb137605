/** What the command can exit with. */
export type ExitCode = 0 | 1 | 2 | 74 | 130;

/** The exit codes by their meaning; `--help` lists them. */
export const EXIT_CODE: {
  readonly done: 0;
  readonly failed: 1;
  readonly usage: 2;
  readonly outputFailed: 74;
  readonly interrupted: 130;
} = Object.freeze({
  /** The connection was closed cleanly. */
  done: 0,
  /** There was no connection, or it failed. */
  failed: 1,
  /** The arguments are wrong; nothing was dialled. */
  usage: 2,
  /** Standard output could not be written: EX_IOERR of sysexits.h. */
  outputFailed: 74,
  /** Ctrl-C before there was a connection to close, or a second one: 128 + SIGINT. */
  interrupted: 130,
});
