const COMMAND_WORDS: Readonly<Record<string, string>> = {
  url: 'URL',
  headers: '--header',
  protocols: '--subprotocol',
  origin: '--origin',
  tls: 'TLS option',
  'tls.ca': '--ca',
  'tls.cert': '--cert',
  'tls.key': '--key',
  'tls.pfx': '--pfx',
  'tls.passphrase': '--passphrase-file or RX_WSS_PASSPHRASE',
  'tls.servername': '--servername',
  'tls.minVersion': '--min-tls-version',
  'tls.pins': '--pin',
  proxy: '--proxy',
  connectTimeout: '--connect-timeout',
  closeTimeout: '--close-timeout',
  maxPayload: '--max-payload',
  limitRetries: '--max-retries',
};

const IN_TEXT =
  /\b(?:tls\.(?:ca|cert|key|pfx|passphrase|servername|minVersion|pins)|connectTimeout)\b/g;

/** Gives `text`, which speaks of the library's options, with the names of the command's instead. */
export function inCommandWords(text: string): string {
  return text.replace(IN_TEXT, (option) => commandWord(option, []));
}

/**
 * Names an option of the library as the command does: `headers.x-api` is `--header x-api`.
 *
 * @param option - The path of the option, as an `OptionError` has it.
 * @param files - The files given with `--ca`, of which a path names one by its number.
 */
export function commandWord(option: string, files: readonly string[]): string {
  const [, name = option, index, key] =
    /^(tls(?:\.\w+)?|\w+)(?:\[(\d+)\])?(?:\.(.+))?$/.exec(option) ?? [];
  const word = COMMAND_WORDS[name] ?? name;
  if (name === 'headers' && key !== undefined) return `${word} ${key}`;
  const file = name === 'tls.ca' && index !== undefined ? files[Number(index)] : undefined;
  return file === undefined ? word : `${word} ${file}`;
}
