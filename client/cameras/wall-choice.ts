/**
 * Which cameras the wall shows on this device, and in which groups: favourites, a group, those that are online, and a search. The
 * device remembers it for each user, but for the search.
 *
 * Invariant: a camera that is in no list of the user's is not lost: without a filter, all are shown.
 */

import type { CameraView } from '../../server/wire/camera.ts';
import { Emitter } from '../emitter.ts';

/** The part of the browser's Storage in use; reading and writing throw where the user has blocked it. */
type ChoiceStorage = Pick<Storage, 'getItem' | 'setItem'>;

interface Kept {
  favourites: string[];
  /** Group of each camera that is in one. */
  groups: Record<string, string>;
  shown: string;
  hidesOffline: boolean;
}

/** Values of `shown` besides the names of groups, which are written with a colon before them. */
export const ALL = 'all';
export const FAVOURITES = 'favourites';
const GROUP = ':';

export class WallChoice extends Emitter<{ change: WallChoice }> {
  readonly #key: string;
  readonly #storage: () => ChoiceStorage;
  #kept: Kept;
  search = '';

  /** @param storage of the device */
  constructor(userId: string, storage: () => ChoiceStorage = () => localStorage) {
    super();
    this.#key = `vigie.wall.${userId}`;
    this.#storage = storage;
    this.#kept = this.#remembered();
  }

  get shown(): string {
    return this.#kept.shown;
  }

  get hidesOffline(): boolean {
    return this.#kept.hidesOffline;
  }

  /** Names of the groups that have cameras, in order. */
  groupsOf(cameras: readonly CameraView[]): string[] {
    const names = cameras.flatMap(({ id }) => this.groupOf(id) ?? []);
    return [...new Set(names)].toSorted((a, b) => a.localeCompare(b));
  }

  groupOf(cameraId: string): string | undefined {
    return this.#kept.groups[cameraId];
  }

  isFavourite(cameraId: string): boolean {
    return this.#kept.favourites.includes(cameraId);
  }

  /** @param shown ALL, FAVOURITES, or `groupValue` */
  show(shown: string): void {
    this.#keep({ shown });
  }

  hideOffline(hidesOffline: boolean): void {
    this.#keep({ hidesOffline });
  }

  find(search: string): void {
    this.search = search;
    this.emit('change', this);
  }

  setFavourite(cameraId: string, isFavourite: boolean): void {
    const others = this.#kept.favourites.filter((id) => id !== cameraId);
    this.#keep({ favourites: isFavourite ? [...others, cameraId] : others });
  }

  /** @param name empty: in none */
  setGroup(cameraId: string, name: string): void {
    const { [cameraId]: _, ...others } = this.#kept.groups;
    this.#keep({ groups: name === '' ? others : { ...others, [cameraId]: name } });
  }

  /** @returns the cameras to show, favourites first */
  of(cameras: readonly CameraView[]): CameraView[] {
    const words = this.search.toLocaleLowerCase().split(/\s+/);
    const groups = this.groupsOf(cameras).map(groupValue);
    // The last favourite or the last camera of a group may have gone.
    const hasShown =
      this.shown === FAVOURITES
        ? cameras.some(({ id }) => this.isFavourite(id))
        : groups.includes(this.shown);
    const chosen = cameras.filter(
      ({ id, name, status }) =>
        (!hasShown || this.#belongs(id)) &&
        (!this.hidesOffline || (status !== 'offline' && status !== 'never')) &&
        words.every((word) => `${name} ${this.groupOf(id) ?? ''}`.toLocaleLowerCase().includes(word)),
    );
    return chosen.toSorted((a, b) => Number(this.isFavourite(b.id)) - Number(this.isFavourite(a.id)));
  }

  #belongs(cameraId: string): boolean {
    if (this.shown === FAVOURITES) return this.isFavourite(cameraId);
    return this.shown === groupValue(this.groupOf(cameraId) ?? '');
  }

  #keep(change: Partial<Kept>): void {
    this.#kept = { ...this.#kept, ...change };
    try {
      this.#storage().setItem(this.#key, JSON.stringify(this.#kept));
    } catch {
      // It holds until the page is closed.
    }
    this.emit('change', this);
  }

  #remembered(): Kept {
    try {
      return keptOf(
        JSON.parse(this.#storage().getItem(this.#key) ?? '{}') as Partial<Record<keyof Kept, unknown>>,
      );
    } catch {
      return keptOf({});
    }
  }
}

export function groupValue(name: string): string {
  return GROUP + name;
}

/** Written by this version of the app, or by another. */
function keptOf({ favourites, groups, shown, hidesOffline }: Partial<Record<keyof Kept, unknown>>): Kept {
  const pairs = typeof groups === 'object' && groups !== null ? Object.entries(groups) : [];
  return {
    favourites: Array.isArray(favourites) ? favourites.filter(isText) : [],
    groups: Object.fromEntries(pairs.filter((pair): pair is [string, string] => isText(pair[1]))),
    shown: isText(shown) ? shown : ALL,
    hidesOffline: hidesOffline === true,
  };
}

function isText(value: unknown): value is string {
  return typeof value === 'string';
}
