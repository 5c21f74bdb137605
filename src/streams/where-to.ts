import type { SchedulerLike } from 'rxjs';

import { OptionTypeError } from '../errors/option-error.js';
import { checkEndpoints, EndpointPool } from './endpoint-pool.js';
import { perAttempt } from './per-attempt.js';
import type { Resolve } from './per-attempt.js';
import { checkUrl } from './request-url.js';
import type { RequestUrl } from './request-url.js';
import type { SocketOptions } from './socket-options.js';

/** Where the attempts go. */
export interface WhereTo {
  readonly url: Resolve<RequestUrl>;
  /** Present where the URL is not a function: of one or several, which the next attempt goes to. */
  readonly endpoints: EndpointPool | undefined;
}

/**
 * Checks the option `url`.
 *
 * @throws OptionTypeError or OptionRangeError, naming the option.
 */
export function checkWhere<In, Out>(
  { url, tls }: Pick<SocketOptions<In, Out>, 'url' | 'tls'>,
  scheduler: SchedulerLike,
  random: () => number,
): WhereTo {
  const hasTls = tls !== undefined;
  if (typeof url === 'function') {
    const check = (option: string, value: unknown): RequestUrl =>
      checkScheme(hasTls, checkUrl(option, value));
    return { url: perAttempt('url', url, check), endpoints: undefined };
  }
  const settings = checkEndpoints('url', url);
  for (const each of settings.urls) checkScheme(hasTls, each);
  const endpoints = new EndpointPool(settings, random);
  return { url: () => Promise.resolve(endpoints.choose(scheduler.now())), endpoints };
}

function checkScheme(hasTls: boolean, url: RequestUrl): RequestUrl {
  if (hasTls && !url.secure) {
    throw new OptionTypeError('tls', 'is given, but the URL has the scheme ws:');
  }
  return url;
}
