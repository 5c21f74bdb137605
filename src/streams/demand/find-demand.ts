import type { Observable } from 'rxjs';

import { checkMethods } from '../../errors/option-checks.js';
import { OptionTypeError } from '../../errors/option-error.js';
import type { DemandOptions } from './demand-options.js';
import type { DemandControl, DemandSource } from './demand-source.js';
import { isDemandSource } from './demand-source.js';

/** {@link DemandOptions} of a consumer, and what it holds. */
export interface ConsumerOptions extends DemandOptions {
  /**
   * The socket to hold, where other operators stand between it and the consumer.
   *
   * @remarks
   * A message counts with the size of that which the socket is delivering at that moment: so the
   * operators between may leave messages out or change them, but not put them off.
   *
   * @defaultValue the source itself, where it is a socket
   */
  readonly demand?: DemandControl | undefined;
}

/** The option, as {@link checkDemand} is told of it. */
export const DEMAND = 'demand';

/** Throws unless `demand` is undefined, or something that can be held. */
export function checkControl(path: string, demand: unknown): void {
  if (demand !== undefined) checkMethods(path, demand, ['hold', 'overrun']);
}

/** Gives what to hold: `demand`, or else the source itself; undefined where it cannot be made to wait. */
export function findDemand(
  source: Observable<unknown> | DemandSource<unknown>,
  demand: DemandControl | undefined,
): DemandControl | undefined {
  return demand ?? (isDemandSource(source) ? source : undefined);
}

/**
 * Gives what to hold, like {@link findDemand}.
 *
 * @throws OptionTypeError, naming `path`, where there is nothing.
 */
export function needDemand(
  path: string,
  source: Observable<unknown>,
  demand: DemandControl | undefined,
): DemandControl {
  checkControl(path, demand);
  const found = findDemand(source, demand);
  if (found !== undefined) return found;
  throw new OptionTypeError(path, 'must be given where the source is not a socket itself');
}
