/**
 * Wrong passwords for `admin` from the 256 /64s of one home line and from networks everywhere: the owner, at home,
 * still signs in.
 */

import { setTimeout as delay } from 'node:timers/promises';
import type { Attack, Counts } from '../attack.ts';
import { call } from '../../support/http-call.ts';
import { ownerSignsIn, tallySignIn } from '../owner-sign-in.ts';

const AT_ONCE = 16;
const PAUSE_MS = 100;

export const attack: Attack = {
  name: 'wrong-passwords',
  title: 'wrong passwords for admin from a /56 and from everywhere',
  prepare: () => Promise.resolve(undefined),
  run: async ({ port, untilMs }) => {
    const counts: Counts = {};
    let turn = 0;
    const guess = async (): Promise<void> => {
      while (Date.now() < untilMs) {
        turn++;
        const body = { username: 'admin', password: `not the password ${turn}` };
        const client = turn % 2 === 0 ? homeLine(turn) : elsewhere(turn);
        tallySignIn(counts, await call(port, { method: 'POST', path: '/api/auth/login', body, client }));
        await delay(PAUSE_MS);
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, guess));
    return counts;
  },
  probe: ownerSignsIn,
};

function homeLine(turn: number): string {
  return `2001:db8:1:${(turn % 256).toString(16)}::1`;
}

function elsewhere(turn: number): string {
  return `2001:db8:${(turn * 7919 + 2).toString(16).slice(-4)}::1`;
}
