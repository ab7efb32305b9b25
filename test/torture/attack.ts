/**
 * An attack: what it needs, what its attackers do, and what else is measured while it lasts. Each is one file in attacks/,
 * named after the attack, so that an attacker's process finds it by its name.
 */

import type { CameraWithKey } from '../../server/wire/camera.ts';
import type { ApiSession } from '../support/api-session.ts';

/** What the measuring process offers to an attack that prepares itself. */
export interface Stage {
  readonly port: number;
  readonly cameraUrl: string;
  /** At 25 fps, watched by the healthy viewer. */
  readonly liveCamera: CameraWithKey;
  /** Cameras with a full log of events, not connected. */
  readonly otherCameras: readonly CameraWithKey[];
  /** Of the user `admin`. */
  readonly ownerPassword: string;
  /** As another administrator than `admin`. */
  administrator(): Promise<ApiSession>;
  /** Of a viewer who may see every camera; a new sign-in each time. */
  attackerToken(): Promise<string>;
}

/** What an attacker's process is told. */
export interface Target<Given> {
  port: number;
  cameraUrl: string;
  /** It ends by itself by then, ms since the Unix epoch. */
  untilMs: number;
  /** Which of the attack's processes this is, from 0. */
  index: number;
  given: Given;
}

/** Something measured besides the figures of every attack. */
export interface Finding {
  text: string;
  /** A few words for the limit that did not hold. */
  broken?: string;
}

/** Counts of what attackers did, added up and printed. */
export type Counts = Record<string, number>;

export interface Attack<Given = unknown> {
  name: string;
  /** Completes "… (60 s)". */
  title: string;
  /** Of attackers; 1 unless given. */
  processes?: number;
  /** In the measuring process, before anything is measured. @returns what the attackers need, as JSON */
  prepare(stage: Stage): Promise<Given>;
  /** In each attacker's process. */
  run(target: Target<Given>): Promise<Counts>;
  /** In the measuring process while the attack lasts. */
  probe?(stage: Stage, untilMs: number): Promise<Finding[]>;
}

/** Addresses of the loopback network that stand for strangers' networks; the healthy ones use 127.0.0.1. */
export function strangersAddress(attackNumber: number, host: number): string {
  return `127.66.${attackNumber}.${1 + (host % 250)}`;
}

/** Adds up the counts of loops that ran side by side. */
export function sumOf(all: readonly Counts[]): Counts {
  const sum: Counts = {};
  for (const counts of all)
    for (const [name, count] of Object.entries(counts)) sum[name] = (sum[name] ?? 0) + count;
  return sum;
}
