/** A finding of the connection check as it is shown: the result, its meaning, and what to do about it. */

import type { CheckFacts } from './check-facts.ts';

export type Mark = 'good' | 'warning' | 'bad' | 'info';

export interface CheckLine {
  mark: Mark;
  title: string;
  meaning: string;
  /** How to fix it; only for administrators if only they can. */
  fix?: string;
}

/** A fix on the server: shown only to administrators, who can apply it. */
export function fixForAdministrator({ administrator }: CheckFacts, fix: string): string {
  return administrator ? fix : 'Show this page to the administrator of the server.';
}

/** The server's public address, as its STUN or TURN servers see it; undefined when they are in the same network, or none. */
export function seenAddress({ facts }: CheckFacts): string | undefined {
  return (
    facts?.server?.turn.find(({ seenAs, seenAsIsPrivate }) => seenAs !== null && !seenAsIsPrivate)?.seenAs ??
    undefined
  );
}

/** @param url of a STUN or TURN server @returns `host:port` */
export function hostOf(url: string): string {
  return url.replace(/^(?:stun|turn)s?:|\?.*$/g, '');
}

export function inMs(value: number): string {
  return value < 1 ? 'less than 1 ms' : `${Math.round(value)} ms`;
}
