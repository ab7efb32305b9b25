/** Scripts that the browser tests run inside a page, in any browser: reading time codes, and the path of the media. */

import { readFileSync } from 'node:fs';
import { stripTypeScriptTypes } from 'node:module';
import { resolve } from 'node:path';

/** Reads the time code of a video's newest picture. */
const TIME_CODE_SCRIPT = `(() => {
  ${stripTypeScriptTypes(readFileSync(resolve(import.meta.dirname, '../../server/wire/time-code.ts'), 'utf8')).replaceAll(/^export /gm, '')}
  const canvas = document.createElement('canvas');
  const context = canvas.getContext('2d', { willReadFrequently: true });
  window.readTimeCodeOf = (source, width, height) => {
    if (!width) return undefined;
    const top = timeCodeLayout(width, height)[0].y;
    canvas.width = width;
    canvas.height = height - top;
    context.drawImage(source, 0, top, width, height - top, 0, 0, width, height - top);
    const { data } = context.getImageData(0, 0, width, height - top);
    return readTimeCode((x, y) => {
      const i = ((y - top) * width + x) * 4;
      return 0.299 * data[i] + 0.587 * data[i + 1] + 0.114 * data[i + 2];
    }, width, height);
  };
})();`;

/** Keeps references to the page's peer connections. */
const PEER_CONNECTIONS_SCRIPT = `(() => {
  window.peerConnections = [];
  window.RTCPeerConnection = class extends RTCPeerConnection {
    constructor(...args) {
      super(...args);
      window.peerConnections.push(this);
    }
  };
})();`;

/** To run in every page before its own scripts. */
export const PAGE_SCRIPTS = `${TIME_CODE_SCRIPT}${PEER_CONNECTIONS_SCRIPT}`;

declare global {
  interface Window {
    peerConnections: RTCPeerConnection[];
    /** @returns units of 100 µs modulo 2^32; undefined without a readable code */
    readTimeCodeOf(source: CanvasImageSource, width: number, height: number): number | undefined;
  }
}

export interface MediaPath {
  /** The browser's own end: its interface, the outside of its NAT as the server or a STUN server saw it, or a relay. */
  local: 'host' | 'srflx' | 'prflx' | 'relay';
  /** Address of that end; seen from outside unless it is `host`. */
  localPort: number;
  /** Its transport to its relay. */
  relayProtocol?: 'udp' | 'tcp' | 'tls';
  protocol: 'udp' | 'tcp';
  /** Address and port of the server's end. */
  remote: string;
}

/** Runs in the page. @returns the path of the media, as the browser reports it; undefined while there is none */
export async function mediaPathOfPage(): Promise<MediaPath | undefined> {
  for (const peer of window.peerConnections) {
    if (peer.connectionState !== 'connected') continue;
    const stats = (await peer.getStats()) as unknown as Map<string, Record<string, string>>;
    const entries = [...stats.values()];
    const transport = entries.find(({ type }) => type === 'transport');
    // Older versions of Firefox have no transport report.
    const selected = entries.find(
      (entry) => entry['type'] === 'candidate-pair' && Boolean(entry['selected']),
    );
    const pair = stats.get(transport?.['selectedCandidatePairId'] ?? '') ?? selected;
    const local = stats.get(pair?.['localCandidateId'] ?? '');
    const remote = stats.get(pair?.['remoteCandidateId'] ?? '');
    if (!local || !remote) continue;
    return {
      local: local['candidateType'] as MediaPath['local'],
      localPort: Number(local['port']),
      ...(local['relayProtocol'] !== undefined && {
        relayProtocol: local['relayProtocol'] as 'udp' | 'tcp' | 'tls',
      }),
      protocol: remote['protocol'] as 'udp' | 'tcp',
      remote: `${remote['address']}:${remote['port']}`,
    };
  }
  return undefined;
}
