import { describe, expect, it } from 'vitest';

import { commandWord, inCommandWords } from '../../src/cli/command-words.js';

describe('inCommandWords', () => {
  it('should replace the options of the library', () => {
    expect(inCommandWords('set tls.cert and tls.key, within connectTimeout')).toBe(
      'set --cert and --key, within --connect-timeout',
    );
  });

  it('should leave other words alone', () => {
    const text = 'a url with headers, tls.certain and my_tls.ca';
    expect(inCommandWords(text)).toBe(text);
  });
});

describe('commandWord', () => {
  it.each([
    { option: 'url', word: 'URL' },
    { option: 'headers', word: '--header' },
    { option: 'headers.x-api', word: '--header x-api' },
    { option: 'protocols[1]', word: '--subprotocol' },
    { option: 'origin', word: '--origin' },
    { option: 'tls', word: 'TLS option' },
    { option: 'tls.ca', word: '--ca' },
    { option: 'tls.ca[1]', word: '--ca b.pem' },
    { option: 'tls.ca[1].file', word: '--ca b.pem' },
    { option: 'tls.ca[2]', word: '--ca' },
    { option: 'tls.cert.file', word: '--cert' },
    { option: 'tls.passphrase', word: '--passphrase-file or RX_WSS_PASSPHRASE' },
    { option: 'tls.minVersion', word: '--min-tls-version' },
    { option: 'limitRetries.count', word: '--max-retries' },
    { option: 'connectTimeout', word: '--connect-timeout' },
    { option: 'codec', word: 'codec' },
    { option: '!', word: '!' },
  ])('should call $option $word', ({ option, word }) => {
    expect(commandWord(option, ['a.pem', 'b.pem'])).toBe(word);
  });
});
