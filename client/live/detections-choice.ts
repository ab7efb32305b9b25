/** Whether boxes of detections are shown over live pictures. The device remembers it. */

import { Emitter } from '../emitter.ts';

const KEY = 'vigie.detections';
const HIDDEN = 'hidden';

/** The part of the browser's Storage in use; reading and writing throw if the user has blocked it. */
type ChoiceStorage = Pick<Storage, 'getItem' | 'setItem'>;

export class DetectionsChoice extends Emitter<{ change: boolean }> {
  readonly #storage: () => ChoiceStorage;
  #isShown: boolean;

  /** @param storage of the device */
  constructor(storage: () => ChoiceStorage = () => localStorage) {
    super();
    this.#storage = storage;
    this.#isShown = this.#remembered();
  }

  get isShown(): boolean {
    return this.#isShown;
  }

  choose(isShown: boolean): void {
    if (isShown === this.#isShown) return;
    this.#isShown = isShown;
    try {
      this.#storage().setItem(KEY, isShown ? 'shown' : HIDDEN);
    } catch {
      // The choice applies until the page is closed.
    }
    this.emit('change', isShown);
  }

  /** Another page of this device has chosen. */
  reload(): void {
    this.choose(this.#remembered());
  }

  #remembered(): boolean {
    try {
      return this.#storage().getItem(KEY) !== HIDDEN;
    } catch {
      return true;
    }
  }
}
