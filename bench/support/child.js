import { fork } from 'node:child_process';

/** The longest that a child may take to answer, in milliseconds. */
const PATIENCE = 60_000;

/**
 * V8 collects all of a small heap again and again when large buffers come and go, and whether it does hangs on
 * the megabytes of code that are loaded: it doubled the cost of blocks of 64 KiB for whoever imports more. A
 * service has a larger heap; so have all contestants.
 */
const LARGE_HEAP = ['--initial-old-space-size=128'];

/**
 * A process that answers each message with one: see `serve.js` for its side.
 *
 * @typedef {object} Child
 * @property {(message: object) => Promise<any>} ask Sends a message and gives the answer; rejects with what
 * the child threw, when it exits instead, and when it takes too long.
 * @property {() => void} stop Lets it end.
 */

/**
 * Starts a process of its own for a file.
 *
 * @param {URL} file
 * @param {readonly string[]} [flags] For node.
 * @returns {Child}
 */
export function startChild(file, flags = LARGE_HEAP) {
  const child = fork(file, { execArgv: [...flags] });
  /** @type {Child['ask']} */
  const ask = (message) =>
    new Promise((resolve, reject) => {
      /** @param {any} answer */
      const onMessage = (answer) => {
        release();
        if (answer.failure === undefined) resolve(answer.value);
        else reject(new Error(answer.failure));
      };
      /** @param {string} reason */
      const fail = (reason) => {
        release();
        reject(new Error(`${file.pathname.split('/').at(-1)} ${reason}`));
      };
      /** @param {number | null} code */
      const onExit = (code) => fail(`ended with code ${code} instead of answering`);
      const timer = setTimeout(() => fail('does not answer'), PATIENCE);
      const release = () => {
        clearTimeout(timer);
        child.off('message', onMessage).off('exit', onExit);
      };
      child.on('message', onMessage).on('exit', onExit);
      child.send(message);
    });
  return { ask, stop: () => child.connected && child.disconnect() };
}
