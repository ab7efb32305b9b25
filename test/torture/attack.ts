/**
 * An attack: its needs, its attackers, and its additional measurements. Each is one file in attacks/, named after the
 * attack, so that an attacker's process finds it by its name.
 */

import type { CameraWithKey } from '../../server/wire/camera.ts';
import type { ApiSession } from '../support/api-session.ts';

/** The measuring process, as an attack that prepares itself sees it. */
export interface Stage {
  readonly port: number;
  readonly cameraUrl: string;
  readonly grpcPort: number;
  /** At 25 fps, watched by the healthy viewer. */
  readonly liveCamera: CameraWithKey;
  /** Cameras with a full log of events, not connected. */
  readonly otherCameras: readonly CameraWithKey[];
  /** Password of the user `admin`. */
  readonly ownerPassword: string;
  /** As an administrator other than `admin`. */
  administrator(): Promise<ApiSession>;
  /** Token of a viewer who may see every camera; a new sign-in each time. */
  attackerToken(): Promise<string>;
}

/** Parameters of an attacker's process. */
export interface Target<Given> {
  port: number;
  cameraUrl: string;
  /** It ends by itself by then, ms since the Unix epoch. */
  untilMs: number;
  /** Which of the attack's processes this is, from 0. */
  index: number;
  given: Given;
}

/** A measurement besides the figures of every attack. */
export interface Finding {
  text: string;
  /** A few words for a broken limit. */
  broken?: string;
}

/** Counts of the attackers' actions, added up and printed. */
export type Counts = Record<string, number>;

export interface Attack<Given = unknown> {
  name: string;
  /** Completes "… (60 s)". */
  title: string;
  /** Number of attacker processes; default 1. */
  processes?: number;
  /** In the measuring process, before the measurement. @returns the attackers' parameters, as JSON */
  prepare(stage: Stage): Promise<Given>;
  /** In each attacker's process. */
  run(target: Target<Given>): Promise<Counts>;
  /** In the measuring process during the attack. */
  probe?(stage: Stage, untilMs: number): Promise<Finding[]>;
}

/** Addresses of the loopback network that stand for outside networks; the healthy clients use 127.0.0.1. */
export function strangersAddress(attackNumber: number, host: number): string {
  return `127.66.${attackNumber}.${1 + (host % 250)}`;
}

/** Adds up the counts of concurrent loops. */
export function sumOf(all: readonly Counts[]): Counts {
  const sum: Counts = {};
  for (const counts of all)
    for (const [name, count] of Object.entries(counts)) sum[name] = (sum[name] ?? 0) + count;
  return sum;
}
