import { firstValueFrom } from 'rxjs';
import type { Observable } from 'rxjs';

/** Gives the first value of `source`; undefined when it completes without one. */
export function first<T>(source: Observable<T>): Promise<T | undefined> {
  return firstValueFrom(source, { defaultValue: undefined });
}
