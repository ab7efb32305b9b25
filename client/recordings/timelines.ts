/** The recordings of several cameras around a time range, loaded again while the page is open. */

import type { Timeline } from '../../server/wire/recording.ts';
import { errorText } from '../http/api-error.ts';
import { Emitter } from '../emitter.ts';

export type AskForTimeline = (cameraId: string, fromMs: number, toMs: number) => Promise<Timeline>;

export class Timelines extends Emitter<{ change: Timelines }> {
  readonly #ask: AskForTimeline;
  readonly #byCamera = new Map<string, Timeline>();
  #error: string | null = null;
  /** The newest request; responses to older ones are ignored. */
  #asked = 0;

  constructor(ask: AskForTimeline) {
    super();
    this.#ask = ask;
  }

  /** Why some could not be looked up; null when all could. */
  get error(): string | null {
    return this.#error;
  }

  of(cameraId: string): Timeline | null {
    return this.#byCamera.get(cameraId) ?? null;
  }

  /** Loads slightly more time than is shown, so that a moved timeline is filled at once. */
  async load(cameraIds: readonly string[], fromMs: number, toMs: number): Promise<void> {
    const asked = ++this.#asked;
    const marginMs = (toMs - fromMs) / 2;
    const answers = await Promise.allSettled(
      cameraIds.map((id) => this.#ask(id, fromMs - marginMs, toMs + marginMs)),
    );
    if (asked !== this.#asked) return;
    this.#error = null;
    for (const [index, answer] of answers.entries()) {
      if (answer.status === 'fulfilled') this.#byCamera.set(cameraIds[index] ?? '', answer.value);
      else this.#error = errorText(answer.reason);
    }
    this.emit('change', this);
  }
}

/** Whole milliseconds, as the API takes them. */
export function rangeQuery(fromMs: number, toMs: number): { from: number; to: number } {
  return { from: Math.max(0, Math.floor(fromMs)), to: Math.ceil(toMs) };
}
