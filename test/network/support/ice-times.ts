/** When a page's media found its paths: the page notes each selected pair of candidates, from the first SDP on. */

import { until } from '../../support/until.ts';
import type { TestPage } from '../../support/browser.ts';

export interface SelectedPair {
  /** Since the browser was given the first description. */
  atMs: number;
  /** Type of the browser's own end. */
  local: string;
  /** Address and port of the server's end. */
  remote: string;
}

declare global {
  interface Window {
    selectedPairs: SelectedPair[];
  }
}

const SCRIPT = `(() => {
  window.selectedPairs = [];
  window.RTCPeerConnection = class extends RTCPeerConnection {
    #startMs;
    setRemoteDescription(description) {
      this.#startMs ??= performance.now();
      return super.setRemoteDescription(description);
    }
    async setLocalDescription(description) {
      await super.setLocalDescription(description);
      const ice = this.getTransceivers()[0]?.receiver.transport?.iceTransport;
      if (!ice || this.watched) return;
      this.watched = true;
      const note = () => {
        const { local, remote } = ice.getSelectedCandidatePair() ?? {};
        if (!remote) return;
        const atMs = performance.now() - this.#startMs;
        window.selectedPairs.push({ atMs, local: local.type, remote: remote.address + ':' + remote.port });
      };
      ice.addEventListener('selectedcandidatepairchange', note);
      note();
    }
  };
})();`;

/** In every page that this profile loads from now on. */
export async function noteSelectedPairs({ context }: TestPage): Promise<void> {
  await context.addInitScript(SCRIPT);
}

/** Waits for a pair of candidates that has been selected since the page was loaded. */
export function untilSelected(
  { page }: TestPage,
  what: string,
  isIt: (pair: SelectedPair) => boolean,
): Promise<SelectedPair> {
  return until(what, async () => {
    const pairs = await page.evaluate(() => window.selectedPairs).catch(() => []);
    return pairs.find(isIt);
  }).catch(async (error: unknown) => {
    const pairs = await page.evaluate(() => window.selectedPairs);
    throw new Error(`${String(error)}; selected: ${JSON.stringify(pairs)}`);
  });
}

/** The round trip over the path in use, ms, as the browser measures it. */
export function roundTripMs({ page }: TestPage): Promise<number | undefined> {
  return page.evaluate(async () => {
    for (const peer of window.peerConnections) {
      if (peer.connectionState !== 'connected') continue;
      const stats = (await peer.getStats()) as unknown as Map<string, Record<string, string>>;
      const transport = [...stats.values()].find(({ type }) => type === 'transport');
      const pair = stats.get(transport?.['selectedCandidatePairId'] ?? '');
      if (pair) return Number(pair['currentRoundTripTime']) * 1000;
    }
    return undefined;
  });
}
