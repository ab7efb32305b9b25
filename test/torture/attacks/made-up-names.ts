/** A flood of sign-ins under unknown names: it must not take every place in the hashing queue from the owner. */

import { setTimeout as delay } from 'node:timers/promises';
import type { Attack, Counts } from '../attack.ts';
import { call } from '../../support/http-call.ts';
import { ownerSignsIn, tallySignIn } from '../owner-sign-in.ts';

/** More than may wait, so that a freed place is taken at once. */
const AT_ONCE = 128;
const PAUSE_MS = 20;

export const attack: Attack = {
  name: 'made-up-names',
  title: 'a flood of sign-ins under made-up names',
  prepare: () => Promise.resolve(undefined),
  run: async ({ port, untilMs }) => {
    const counts: Counts = {};
    let turn = 0;
    const tryOn = async (): Promise<void> => {
      while (Date.now() < untilMs) {
        turn++;
        const body = { username: `nobody ${turn}`, password: 'a password of nobody' };
        const client = `2001:db8:${(turn % 65_536).toString(16)}::1`;
        tallySignIn(counts, await call(port, { method: 'POST', path: '/api/auth/login', body, client }));
        await delay(PAUSE_MS);
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, tryOn));
    return counts;
  },
  probe: ownerSignsIn,
};
