/** The rights in people's words: as the users page names and explains them. */

import { RIGHTS, type CameraRights, type Right } from '../../server/wire/rights.ts';

export const RIGHT_LABELS: Readonly<Record<Right, string>> = {
  live: 'Live',
  lookBack: 'Recordings',
  events: 'Events',
  control: 'Control',
};

export const RIGHT_HINTS: Readonly<Record<Right, string>> = {
  live: 'watch now',
  lookBack: 'play back and download',
  events: 'see the log and its pictures, and get notifications',
  control:
    'change the picture settings, switch the lamp, restart the camera, switch it off for privacy, which also stops recording',
};

/** A camera that was removed and has recordings left, among the others. */
export function removedName(name: string): string {
  return `${name} (removed)`;
}

/** `Live and Recordings`. */
export function rightsText(rights: readonly Right[]): string {
  return joined(RIGHTS.filter((right) => rights.includes(right)).map((right) => RIGHT_LABELS[right]));
}

/**
 * A viewer's rights in words, cameras with the same rights together: `Live and Events: Door, Yard`.
 *
 * @param known in the order to name them in; others are left out
 */
export function viewerText(
  given: readonly CameraRights[],
  known: readonly { id: string; name: string }[],
): string[] {
  const groups = new Map<string, string[]>();
  for (const { id, name } of known) {
    const rights = given.find(({ cameraId }) => cameraId === id)?.rights;
    if (!rights) continue;
    const text = rightsText(rights);
    groups.set(text, [...(groups.get(text) ?? []), name]);
  }
  return [...groups].map(([text, names]) => `${text}: ${names.join(', ')}`);
}

function joined(words: readonly string[]): string {
  return words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`;
}
