/**
 * Keeps several players in step: one clock of recorded time, and how a player that is ahead or behind gets back to it.
 *
 * Pure: now is an argument, ms of a clock that never goes back; recorded moments are ms since the Unix epoch.
 */

import type { Playlist } from './playlist.ts';

/** At a larger distance, at the common speed, a player jumps; at a smaller one it plays faster or slower. */
const JUMP_MS = 400;
/** A distance below half a picture is ignored. */
const CLOSE_MS = 30;
/** How much faster or slower than the others a player may be without being visible. */
const MAX_HURRY = 0.25;

export class StepClock {
  #momentMs: number;
  #sinceMs: number;
  #speed = 1;
  #playing = false;
  #held = false;

  constructor(momentMs: number, nowMs: number) {
    this.#momentMs = momentMs;
    this.#sinceMs = nowMs;
  }

  get playing(): boolean {
    return this.#playing;
  }

  get speed(): number {
    return this.#speed;
  }

  momentMs(nowMs: number): number {
    const runs = this.#playing && !this.#held;
    return this.#momentMs + (runs ? (nowMs - this.#sinceMs) * this.#speed : 0);
  }

  setPlaying(playing: boolean, nowMs: number): void {
    this.seek(this.momentMs(nowMs), nowMs);
    this.#playing = playing;
  }

  setSpeed(speed: number, nowMs: number): void {
    this.seek(this.momentMs(nowMs), nowMs);
    this.#speed = speed;
  }

  /** It stands still while a player has no picture yet, although it plays. */
  hold(held: boolean, nowMs: number): void {
    if (held === this.#held) return;
    this.seek(this.momentMs(nowMs), nowMs);
    this.#held = held;
  }

  seek(momentMs: number, nowMs: number): void {
    this.#momentMs = momentMs;
    this.#sinceMs = nowMs;
  }
}

/** @param driftMs how far a player is ahead, in recorded time; @param speed that of the clock */
export function correction(driftMs: number, speed: number): { jump: boolean; rate: number } {
  if (Math.abs(driftMs) > JUMP_MS * Math.max(1, speed)) return { jump: true, rate: speed };
  if (Math.abs(driftMs) <= CLOSE_MS) return { jump: false, rate: speed };
  const hurry = Math.min(MAX_HURRY, Math.max(-MAX_HURRY, -driftMs / 1000 / Math.max(1, speed)));
  return { jump: false, rate: speed * (1 + hurry) };
}

/** @returns the moment itself if any player has video of it, else the next moment with video; undefined: none */
export function nextMomentOf(playlists: readonly Playlist[], momentMs: number): number | undefined {
  const starts = playlists.flatMap((playlist) => {
    const position = playlist.at(momentMs);
    return position ? [Math.max(momentMs, position.segment.startMs)] : [];
  });
  return starts.length === 0 ? undefined : Math.min(...starts);
}
