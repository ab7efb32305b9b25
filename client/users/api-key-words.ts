/** An API key in words: its rights, its last use, its expiry. Pure. */

import type { ApiKeyView } from '../../server/wire/api-key.ts';
import type { KeyPower, KeyRight } from '../../server/wire/key-rights.ts';
import { RIGHTS } from '../../server/wire/rights.ts';
import type { ShownTime } from '../dates/shown-time.ts';
import { shortDuration } from '../ui/relative-time.ts';
import { RIGHT_LABELS, viewerText } from './rights-words.ts';

const POWER_TEXT: Readonly<Record<KeyPower, string>> = {
  administer: 'Everything that an administrator may do',
  metrics: 'The server’s figures',
};

const KEY_RIGHT_LABELS: Readonly<Record<KeyRight, string>> = {
  ...RIGHT_LABELS,
  publish: 'Sending pictures',
  analyse: 'Reporting detections',
};

/** @param known the cameras in the order to name them in; others are left out */
export function grantText(
  { everyCamera, cameras, powers }: Pick<ApiKeyView, 'everyCamera' | 'cameras' | 'powers'>,
  known: readonly { id: string; name: string }[],
): string[] {
  const named = cameras.map(({ cameraId, rights }) => ({
    cameraId,
    rights: RIGHTS.filter((right) => rights.includes(right)),
  }));
  return [
    ...powers.map((power) => POWER_TEXT[power]),
    ...(everyCamera.length > 0 ? [`${keyRightsText(everyCamera)}: every camera`] : []),
    ...viewerText(
      named.filter(({ rights }) => rights.length > 0),
      known,
    ),
    ...(cameras.some(({ rights }) => rights.includes('publish')) ? ['Sends pictures'] : []),
    ...(cameras.some(({ rights }) => rights.includes('analyse')) ? ['Reports detections'] : []),
  ];
}

/** `Last used 5 min ago from 192.0.2.1`. */
export function usedText(
  { lastUsedAtMs, lastAddress }: Pick<ApiKeyView, 'lastUsedAtMs' | 'lastAddress'>,
  nowMs: number,
): string {
  if (lastUsedAtMs === null) return 'Never used';
  const agoMs = nowMs - lastUsedAtMs;
  const when = agoMs < 60_000 ? 'just now' : `${shortDuration(agoMs)} ago`;
  return `Last used ${when}${lastAddress === null ? '' : ` from ${lastAddress}`}`;
}

export function expiryText(expiresAtMs: number | null, nowMs: number, time: ShownTime): string {
  if (expiresAtMs === null) return 'Does not expire';
  return `${expiresAtMs <= nowMs ? 'Expired' : 'Expires'} on ${time.date(expiresAtMs)}`;
}

function keyRightsText(rights: readonly KeyRight[]): string {
  return rights.map((right) => KEY_RIGHT_LABELS[right]).join(', ');
}
