/**
 * The edges' demands on a site's cameras, combined: the most that any edge wants of each rung.
 *
 * Invariants: a demand lapses LAPSE_MS after it was last received, so that an edge that has stopped, or lost its connection,
 * keeps no encoder running; an edge holds at most MAX_CAMERAS cameras, and all edges together MAX_DEMANDS, so that none can fill
 * the site's memory. Time is an argument.
 */

import { RUNG_NAMES, type RungName } from '../video/rungs.ts';

/** Two renewals may be lost (edge-renewals of RENEW_MS). */
export const LAPSE_MS = 7_000;
/** How often an edge repeats its demand. */
export const RENEW_MS = 2_000;
export const MAX_CAMERAS = 1_024;
export const MAX_DEMANDS = 16_384;

/** For each rung the highest usable bitrate, bits per second; Infinity: no limit; a rung that is missing is not wanted. */
export type WantedRungs = Partial<Record<RungName, number>>;

export interface DemandChange {
  cameraId: string;
  /**
   * Rungs that an edge has joined, so that it needs a keyframe of them; rungs that nobody wanted before are not included.
   */
  joined: RungName[];
}

interface Demand {
  wanted: WantedRungs;
  heardUs: number;
}

export class EdgeDemands {
  /** By camera, then by edge. */
  readonly #cameras = new Map<string, Map<string, Demand>>();
  /** Cameras of each edge. */
  readonly #counts = new Map<string, number>();
  #size = 0;
  /** Demands above a limit. */
  refused = 0;

  /** Demands in force. */
  get size(): number {
    return this.#size;
  }

  /** Edges with a demand. */
  get edges(): string[] {
    return [...this.#counts.keys()];
  }

  /**
   * Replaces the edge's former demand on the camera; an empty one ends it.
   *
   * @returns what has changed; undefined: nothing, or it was refused because of a limit
   */
  set(edge: string, cameraId: string, wanted: WantedRungs, nowUs: number): DemandChange | undefined {
    const before = this.#cameras.get(cameraId)?.get(edge)?.wanted ?? {};
    if (Object.keys(wanted).length === 0)
      return this.#remove(edge, cameraId) ? { cameraId, joined: [] } : undefined;
    if (!this.#hasRoom(edge, cameraId)) {
      this.refused++;
      return undefined;
    }
    const others = this.wantedOf(cameraId, edge);
    this.#put(edge, cameraId, { wanted, heardUs: nowUs });
    if (RUNG_NAMES.every((rung) => before[rung] === wanted[rung])) return undefined;
    const joined = RUNG_NAMES.filter(
      (rung) => wanted[rung] !== undefined && before[rung] === undefined && others[rung] !== undefined,
    );
    return { cameraId, joined };
  }

  /** Whether the edge asks for this rung: requests for other rungs are ignored. */
  has(edge: string, cameraId: string, rung: RungName): boolean {
    return this.#cameras.get(cameraId)?.get(edge)?.wanted[rung] !== undefined;
  }

  /** @param but an edge that is left out */
  wantedOf(cameraId: string, but?: string): WantedRungs {
    const most: WantedRungs = {};
    for (const [edge, { wanted }] of this.#cameras.get(cameraId) ?? []) {
      if (edge === but) continue;
      for (const rung of RUNG_NAMES) {
        const limitBps = wanted[rung];
        if (limitBps !== undefined) most[rung] = Math.max(limitBps, most[rung] ?? 0);
      }
    }
    return most;
  }

  /** @returns the cameras with a demand that has lapsed */
  lapse(nowUs: number): string[] {
    const lapsed = new Set<string>();
    for (const [cameraId, edges] of this.#cameras)
      for (const [edge, { heardUs }] of edges)
        if (nowUs - heardUs >= LAPSE_MS * 1000 && this.#remove(edge, cameraId)) lapsed.add(cameraId);
    return [...lapsed];
  }

  /** Cameras that the edge asks for. */
  countOf(edge: string): number {
    return this.#counts.get(edge) ?? 0;
  }

  /** Ends the demands on what an edge may not have any more. @returns the cameras of them */
  endUnless(mayHave: (edge: string, cameraId: string) => boolean): string[] {
    const ended = new Set<string>();
    for (const [cameraId, edges] of this.#cameras)
      for (const edge of edges.keys())
        if (!mayHave(edge, cameraId) && this.#remove(edge, cameraId)) ended.add(cameraId);
    return [...ended];
  }

  /** Ends the demands of a camera that was removed. @returns false when there were none */
  removeCamera(cameraId: string): boolean {
    const edges = [...(this.#cameras.get(cameraId)?.keys() ?? [])];
    for (const edge of edges) this.#remove(edge, cameraId);
    return edges.length > 0;
  }

  #hasRoom(edge: string, cameraId: string): boolean {
    if (this.#cameras.get(cameraId)?.has(edge)) return true;
    return this.#size < MAX_DEMANDS && (this.#counts.get(edge) ?? 0) < MAX_CAMERAS;
  }

  #put(edge: string, cameraId: string, demand: Demand): void {
    const edges = this.#cameras.get(cameraId) ?? new Map<string, Demand>();
    this.#cameras.set(cameraId, edges);
    if (!edges.has(edge)) this.#count(edge, 1);
    edges.set(edge, demand);
  }

  #remove(edge: string, cameraId: string): boolean {
    const edges = this.#cameras.get(cameraId);
    if (!edges?.delete(edge)) return false;
    if (edges.size === 0) this.#cameras.delete(cameraId);
    this.#count(edge, -1);
    return true;
  }

  #count(edge: string, change: number): void {
    const count = (this.#counts.get(edge) ?? 0) + change;
    if (count > 0) this.#counts.set(edge, count);
    else this.#counts.delete(edge);
    this.#size += change;
  }
}
