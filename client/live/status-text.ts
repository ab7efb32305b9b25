/** The texts on a camera's picture: the words of its badge, and how old the picture is. */

import type { CameraView, LivenessView } from '../../server/wire/camera.ts';
import type { ShownTime } from '../dates/shown-time.ts';
import { shortDuration } from '../ui/relative-time.ts';
import { offText } from './off-text.ts';
import type { ShownStatus } from './camera-status.ts';

export interface StatusTextInputs {
  status: ShownStatus;
  /** The list of cameras is known and this one is not in it: removed, or not to be seen by us. */
  missing: boolean;
  /** The server is not asked, without a session. */
  isSignedOut: boolean;
  isServerAway: boolean;
  /** The server's status; undefined before the first message. */
  camera: (LivenessView & Pick<CameraView, 'off'>) | undefined;
  time: ShownTime;
  /** The server's clock, ms since the Unix epoch. */
  nowMs: number;
  /** For how long nothing has been shown, ms. */
  connectingForMs: number;
  /** Why there can be no picture, as far as the page itself knows. */
  problem: 'unsupported' | 'noPath' | null;
  /** The server is full: number of viewers; null: it is not. */
  watchingWhenFull: number | null;
}

export interface StatusText {
  text: string;
  /** The rest of the sentence, if there is room. */
  more: string;
}

/** For Lit: setting the same text again is no change. */
export function haveChanged(words: StatusText, before: StatusText | undefined): boolean {
  return words.text !== before?.text || words.more !== before.more;
}

/** Finding a path takes a moment; it is mentioned only after this time. */
const PATIENCE_MS = 8_000;

export function statusText(inputs: StatusTextInputs): StatusText {
  const { status, camera, nowMs } = inputs;
  if (status !== 'stalled') return { text: shortText(inputs), more: '' };
  if (camera?.lastFrameAtMs === null) return { text: 'Stalled: no picture yet', more: '' };
  return { text: 'Stalled', more: `no new picture for ${shortDuration(nowMs - (camera?.sinceMs ?? nowMs))}` };
}

/** @returns the age of the picture on the screen, if it is not live; undefined: no text */
export function pictureAge(
  status: ShownStatus,
  camera: LivenessView | undefined,
  nowMs: number,
): string | undefined {
  if (!camera || camera.lastFrameAtMs === null) return undefined;
  // A sensor that hangs continues to send an old picture.
  const takenAtMs = status === 'stalled' ? (camera.sinceMs ?? camera.lastFrameAtMs) : camera.lastFrameAtMs;
  const isOld = status === 'stalled' || status === 'offline' || status === 'sleeping';
  return isOld ? `${shortDuration(nowMs - takenAtMs)} old` : undefined;
}

/** While the server is away, only the page knows. @param presentedAtMs when the newest picture was; null: there is none */
export function unheardAge(presentedAtMs: number | null, nowMs: number): string | undefined {
  return presentedAtMs === null ? undefined : `${shortDuration(nowMs - presentedAtMs)} old`;
}

function shortText(inputs: StatusTextInputs): string {
  const { status, missing, camera, time, nowMs, connectingForMs, problem, watchingWhenFull } = inputs;
  const { isServerAway, isSignedOut } = inputs;
  if (isSignedOut) return 'Signed out';
  if (status === 'live') return 'Live';
  if (missing) return 'Not available';
  if (status === 'sleeping') return 'Sleeping';
  if (status === 'off') return camera?.off ? offText(camera.off, time, nowMs) : 'Off';
  if (status === 'offline') {
    const sinceMs = camera?.sinceMs ?? null;
    return sinceMs === null ? 'Never connected' : `Offline for ${shortDuration(nowMs - sinceMs)}`;
  }
  if (isServerAway) return 'Server away';
  if (watchingWhenFull !== null) return `Full: ${watchers(watchingWhenFull)}. Trying again…`;
  if (problem === 'unsupported') return 'Video is not supported by this browser';
  // Mostly a firewall or router that does not let the server's UDP port through.
  if (problem === 'noPath' && connectingForMs > PATIENCE_MS) return 'Connecting… video is blocked';
  return 'Connecting…';
}

function watchers(count: number): string {
  return count === 1 ? '1 is watching' : `${count} are watching`;
}
