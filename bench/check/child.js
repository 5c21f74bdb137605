import { serveMicro } from '../support/micro-child.js';
import { CONTESTANTS } from './contestants.js';
import { INPUTS } from './inputs.js';

serveMicro(async (group, name) => {
  const check = (await CONTESTANTS[name]?.())?.[group];
  const inputs = INPUTS[group]?.();
  if (check === undefined || inputs === undefined) throw new Error(`${name} cannot do ${group}`);
  const { right, wrong } = inputs;
  const missed = wrong.find((value) => check(value));
  if (missed !== undefined) throw new Error(`${name} takes ${JSON.stringify(missed)}`);
  const pass = () => {
    let taken = 0;
    for (const value of right) if (check(value)) taken += 1;
    if (taken !== right.length) throw new Error(`${name} takes ${taken} of ${right.length}`);
  };
  return { pass, size: right.length };
});
