/**
 * The state of a page in its entry of the browser's history: the place to which it was scrolled, and its filters.
 * It is there again after the back button, and after a reload.
 */

interface Entry {
  scrollY?: number;
  /** By the name of the page. */
  view?: { of: string; value: unknown };
}

/** Pixels; 0 for a page that was not here before. */
export function keptScrollY(): number {
  return entry().scrollY ?? 0;
}

export function keepScrollY(scrollY: number): void {
  if (scrollY !== keptScrollY()) history.replaceState({ ...entry(), scrollY }, '');
}

/** @returns undefined where the page kept nothing; as it was kept, by this version of the app or another */
export function keptView(page: string): unknown {
  const { view } = entry();
  return view?.of === page ? view.value : undefined;
}

/** @param value can be cloned */
export function keepView(page: string, value: unknown): void {
  history.replaceState({ ...entry(), view: { of: page, value } }, '');
}

function entry(): Entry {
  return (history.state ?? {}) as Entry;
}
