/**
 * Decides where a camera is encoded after codec processes died; codec-pool.ts carries it out. Time is an argument.
 *
 * A death while a camera's picture is in work only makes the camera a suspect: it continues confined, in a process
 * separate from the trusted cameras. Only a row of deaths there sets it aside.
 *
 * Invariants: a camera is set aside only after deaths in confinement, each with its own picture in work, and with no
 * other death in between. A process that was killed from outside, or died with nothing in work, makes no camera a
 * suspect and breaks every row. Both states end automatically; each repetition lasts twice as long, up to a bound.
 */

import { StrikeWindow } from '../strike-window.ts';

/** `confined`: encoded, separate from the trusted ones. `aside`: not encoded. */
export type CodecStanding = 'trusted' | 'confined' | 'aside';

export interface CodecQuarantineOptions {
  /** This many deaths in a row in confinement … */
  maxDeaths: number;
  /** … within this time set a camera aside. */
  deathWindowMs: number;
  /** A suspect is trusted again after this time without a death of its own. */
  confineMs: number;
  /** A camera set aside is tried again, confined, after this time. */
  asideMs: number;
  /** A camera set aside is tried with pictures of another size after this time already. */
  otherSizeAfterMs: number;
  /** Bound of the doubled times. */
  maxMs: number;
  /** A camera's history is forgotten after this time without a death. */
  forgetAfterMs: number;
}

export interface PictureSize {
  width: number;
  height: number;
}

export interface CodecDeath {
  /** The camera whose picture was in work. */
  cameraId: string | undefined;
  size: PictureSize | undefined;
  /** The process was one for suspects. */
  confined: boolean;
  /** The process was killed from outside. */
  external: boolean;
}

interface Suspect {
  standing: CodecStanding;
  /** When the standing ends. */
  untilUs: number;
  sinceUs: number;
  lastDeathUs: number;
  timesConfined: number;
  timesAside: number;
  size: PictureSize | undefined;
}

export class CodecQuarantine {
  readonly #options: CodecQuarantineOptions;
  /** At most one entry per camera: forget() removes those of removed cameras. */
  readonly #suspects = new Map<string, Suspect>();
  #row: { cameraId: string; deaths: StrikeWindow } | undefined;

  constructor(options: CodecQuarantineOptions) {
    this.#options = options;
  }

  standing(cameraId: string): CodecStanding {
    return this.#suspects.get(cameraId)?.standing ?? 'trusted';
  }

  /** Since the server's start, or since it was forgotten. */
  timesAside(cameraId: string): number {
    return this.#suspects.get(cameraId)?.timesAside ?? 0;
  }

  camerasWith(standing: CodecStanding): string[] {
    return Array.from(this.#suspects)
      .filter(([, suspect]) => suspect.standing === standing)
      .map(([cameraId]) => cameraId);
  }

  /** @returns whether the camera's standing has changed */
  onDeath({ cameraId, size, confined, external }: CodecDeath, nowUs: number): boolean {
    if (cameraId === undefined || external) {
      this.#row = undefined;
      return false;
    }
    const suspect = this.#suspect(cameraId);
    const before = suspect.standing;
    suspect.lastDeathUs = nowUs;
    suspect.size = size;
    if (before === 'trusted') suspect.timesConfined++;
    if (this.#tooManyInARow(cameraId, confined, nowUs)) {
      suspect.timesAside++;
      this.#put(suspect, 'aside', this.#doubledMs(this.#options.asideMs, suspect.timesAside), nowUs);
    } else {
      const confineMs = this.#doubledMs(this.#options.confineMs, suspect.timesConfined);
      this.#put(suspect, 'confined', confineMs, nowUs);
    }
    return suspect.standing !== before;
  }

  /** A picture arrived. @returns whether it ends the camera's time aside */
  onPicture(cameraId: string, { width, height }: PictureSize, nowUs: number): boolean {
    const suspect = this.#suspects.get(cameraId);
    if (suspect?.standing !== 'aside' || !suspect.size) return false;
    if (suspect.size.width === width && suspect.size.height === height) return false;
    if (nowUs - suspect.sinceUs < this.#options.otherSizeAfterMs * 1000) return false;
    this.#tryAgain(suspect, nowUs);
    return true;
  }

  /** @returns the cameras whose standing ended with time; call it periodically */
  release(nowUs: number): string[] {
    const released: string[] = [];
    for (const [cameraId, suspect] of this.#suspects) {
      if (nowUs - suspect.lastDeathUs >= this.#options.forgetAfterMs * 1000 && suspect.standing === 'trusted')
        this.#suspects.delete(cameraId);
      if (suspect.standing === 'trusted' || nowUs < suspect.untilUs) continue;
      released.push(cameraId);
      if (suspect.standing === 'aside') this.#tryAgain(suspect, nowUs);
      else suspect.standing = 'trusted';
    }
    return released;
  }

  forget(cameraId: string): void {
    this.#suspects.delete(cameraId);
  }

  #suspect(cameraId: string): Suspect {
    const known = this.#suspects.get(cameraId);
    if (known) return known;
    const suspect: Suspect = {
      standing: 'trusted',
      untilUs: 0,
      sinceUs: 0,
      lastDeathUs: 0,
      timesConfined: 0,
      timesAside: 0,
      size: undefined,
    };
    this.#suspects.set(cameraId, suspect);
    return suspect;
  }

  #tooManyInARow(cameraId: string, confined: boolean, nowUs: number): boolean {
    if (!confined) {
      this.#row = undefined;
      return false;
    }
    const { maxDeaths, deathWindowMs } = this.#options;
    if (this.#row?.cameraId !== cameraId)
      this.#row = { cameraId, deaths: new StrikeWindow(maxDeaths, deathWindowMs * 1000) };
    if (!this.#row.deaths.strike(nowUs)) return false;
    this.#row = undefined;
    return true;
  }

  #tryAgain(suspect: Suspect, nowUs: number): void {
    this.#put(suspect, 'confined', this.#doubledMs(this.#options.confineMs, suspect.timesConfined), nowUs);
  }

  #put(suspect: Suspect, standing: CodecStanding, forMs: number, nowUs: number): void {
    suspect.standing = standing;
    suspect.sinceUs = nowUs;
    suspect.untilUs = nowUs + forMs * 1000;
  }

  #doubledMs(firstMs: number, times: number): number {
    return Math.min(this.#options.maxMs, firstMs * 2 ** Math.min(times - 1, 30));
  }
}
