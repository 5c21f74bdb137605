import { debuglog } from 'node:util';

import type { ChannelName } from './channel-messages.js';
import { CHANNEL_NAMES, subscribeChannel } from './channels.js';
import { describeChannelMessage } from './describe-channel-message.js';

const STARTED = Symbol.for('rx-wss.debug-log');

/**
 * Prints what the channels tell to standard error, a line for each message, where the environment
 * variable `NODE_DEBUG` names `rx-wss`; else does nothing.
 *
 * @remarks
 * Started once, whoever asks: the channels are the process's, so that a second log, of the ESM or the
 * CommonJS copy of the package, would print every line twice.
 */
export function startDebugLog(): void {
  const shared = globalThis as { [STARTED]?: boolean };
  if (shared[STARTED] === true) return;
  shared[STARTED] = true;
  const log = debuglog('rx-wss');
  if (!log.enabled) return;
  logChannels((line) => {
    log(line);
  });
}

/**
 * Gives a line for each message of each channel.
 *
 * @param write - Takes a line, without its line break.
 * @returns A function that stops it.
 */
export function logChannels(write: (line: string) => void): () => void {
  const stops = CHANNEL_NAMES.map((name) => logChannel(name, write));
  return () => {
    for (const stop of stops) stop();
  };
}

function logChannel(name: ChannelName, write: (line: string) => void): () => void {
  return subscribeChannel(name, (message) => {
    let line: string;
    try {
      line = describeChannelMessage(name, message);
    } catch {
      // What a listener throws ends the process, which a log must not do to anybody.
      line = `${name}: a message that cannot be described`;
    }
    write(line);
  });
}
