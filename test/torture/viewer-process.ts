/**
 * The healthy viewer: watches one camera by WebRTC like a page, counts the frames of each second, and starts again when
 * it loses the picture. A frame counts when all of its packets have arrived.
 */

import { setTimeout as delay } from 'node:timers/promises';
import type { ReceivedRtp } from '../support/node-viewer.ts';
import { SignedIn } from '../support/signed-in.ts';
import { beginningOf, report } from './worker.ts';
import type { FrameSample } from './figures.ts';
import { openVisit, type Visit } from '../support/visit.ts';

export interface ViewerBeginning {
  port: number;
  username: string;
  password: string;
  cameraId: string;
}

export interface ViewerReport extends FrameSample {
  /** How often it has started to watch so far. */
  visits: number;
}

const RETRY_MS = 1_000;
/** Without a packet for this long it starts again. */
const SILENCE_MS = 5_000;
const CONSENT_INTERVAL_MS = 4_000;
const RENEWAL_MS = 8 * 60_000;

/**
 * A frame is complete when its last packet, with the marker, follows the previous frame's last packet without a gap.
 */
class FrameEnds {
  #expected: number | undefined;
  #whole = true;

  isWhole({ sequenceNumber, marker }: ReceivedRtp['header']): boolean {
    if (this.#expected !== undefined && sequenceNumber !== this.#expected) this.#whole = false;
    this.#expected = (sequenceNumber + 1) & 0xffff;
    if (!marker) return false;
    const whole = this.#whole;
    this.#whole = true;
    return whole;
  }
}

const { port, username, password, cameraId } = await beginningOf<ViewerBeginning>();
let frames = 0;
let visits = 0;
let lastPacketMs = 0;
setInterval(() => {
  report({ atMs: Date.now(), frames, visits } satisfies ViewerReport);
  frames = 0;
}, 1_000);

const user = new SignedIn(port, username, password);
void watchForEver();

async function watchForEver(): Promise<never> {
  for (;;) {
    await watch().catch(() => undefined);
    await delay(RETRY_MS);
  }
}

/** Until the picture is lost. */
async function watch(): Promise<void> {
  const visit = await openVisit(port, await user.token(), [cameraId]);
  visits++;
  lastPacketMs = Date.now();
  const frameEnds = new FrameEnds();
  visit.viewer.on('rtp', ({ header }) => {
    lastPacketMs = Date.now();
    if (frameEnds.isWhole(header)) frames++;
  });
  const consent = setInterval(() => visit.viewer.renewConsent(), CONSENT_INTERVAL_MS);
  const renewal = setInterval(() => void renew(visit).catch(() => undefined), RENEWAL_MS);
  while (!visit.isOver && Date.now() - lastPacketMs < SILENCE_MS) await delay(100);
  clearInterval(consent);
  clearInterval(renewal);
  visit.close();
}

async function renew({ signaling }: Visit): Promise<void> {
  await signaling.request('authenticate', { token: await user.renewed() });
}
