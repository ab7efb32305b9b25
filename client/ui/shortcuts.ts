/**
 * Keyboard shortcuts of a page, as long as it is shown.
 *
 * Invariant: a key that is typed into a field, works a control, or is for a dialog is no shortcut.
 */

import type { ReactiveControllerHost } from 'lit';

/** By key, as KeyboardEvent names it, letters in small. @returns false: not now, and the key does what it usually does */
export type Actions = Readonly<Record<string, () => boolean | void>>;

const FIELDS = 'input, textarea, select, [contenteditable], wa-dialog, wa-select, wa-dropdown';
/** They have keys of their own. */
const WITH_ARROWS = '[role=slider], [role=listbox], [role=menu], [role=tablist], video[controls]';
const WITH_SPACE = 'button, a, summary, [role=button], [role=slider], wa-button';

export function shortcuts(host: ReactiveControllerHost, actions: Actions): void {
  const onKey = (event: KeyboardEvent): void => {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
    const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
    const action = Object.hasOwn(actions, key) ? actions[key] : undefined;
    if (!action || isTaken(event, key)) return;
    if (action() !== false) event.preventDefault();
  };
  host.addController({
    hostConnected: () => window.addEventListener('keydown', onKey),
    hostDisconnected: () => window.removeEventListener('keydown', onKey),
  });
}

function isTaken(event: KeyboardEvent, key: string): boolean {
  const takes = [
    FIELDS,
    ...(key.startsWith('Arrow') ? [WITH_ARROWS] : []),
    ...(key === ' ' ? [WITH_SPACE] : []),
  ];
  return event.composedPath().some((target) => target instanceof Element && target.matches(takes.join()));
}
