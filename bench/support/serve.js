/**
 * Answers every message from the parent process with what a function makes of it, or with what it
 * throws; ends with the parent.
 *
 * @param {(message: any) => unknown} answer May give a promise.
 */
export function serve(answer) {
  process.on('message', async (message) => {
    try {
      process.send?.({ value: await answer(message) });
    } catch (thrown) {
      process.send?.({ failure: thrown instanceof Error ? thrown.stack : String(thrown) });
    }
  });
  process.once('disconnect', () => process.exit());
}
