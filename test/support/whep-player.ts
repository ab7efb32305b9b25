/**
 * A player of WHEP in a page of another site: a plain RTCPeerConnection and fetch, without any of the app's code. Its
 * functions run in the page.
 */

import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Browser, Page } from 'playwright-core';
import { PAGE_SCRIPTS } from './page-scripts.ts';

interface Player {
  peer: RTCPeerConnection;
  video: HTMLVideoElement;
  location: string;
  etag: string;
}

declare global {
  interface Window {
    player: Player;
  }
}

export interface PlayOptions {
  url: string;
  authorization: string;
  /** Kinds of media that are asked for, in this order. */
  kinds: ('audio' | 'video')[];
  direction?: RTCRtpTransceiverDirection;
  bundlePolicy?: RTCBundlePolicy;
}

export interface Played {
  status: number;
  offer: string;
  answer: string;
  links: string | null;
}

/** An empty page of an origin of its own. @returns its origin; call `close` in the end */
export async function foreignSite(): Promise<{ origin: string; close: () => void }> {
  const server = createServer((_request, response) => {
    response
      .setHeader('Content-Type', 'text/html')
      .end('<!doctype html><title>Player</title><link rel="icon" href="data:,">');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    origin: `http://localhost:${port}`,
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

export class WhepPage {
  readonly page: Page;

  static async open(browser: Browser, origin: string): Promise<WhepPage> {
    const context = await browser.newContext();
    await context.addInitScript(PAGE_SCRIPTS);
    const page = await context.newPage();
    await page.goto(origin);
    return new WhepPage(page);
  }

  private constructor(page: Page) {
    this.page = page;
  }

  play(options: PlayOptions): Promise<Played> {
    return this.page.evaluate(playInPage, options);
  }

  /** ICE restart by PATCH. */
  restart(authorization: string): Promise<{ status: number; etagChanged: boolean }> {
    return this.page.evaluate(restartInPage, authorization);
  }

  async end(authorization: string): Promise<number> {
    return this.page.evaluate(async (header) => {
      const { location } = window.player;
      return (await fetch(location, { method: 'DELETE', headers: { Authorization: header } })).status;
    }, authorization);
  }

  /** Units of 100 µs; undefined while no picture is shown. */
  timeCode(): Promise<number | undefined> {
    return this.page.evaluate(() => {
      const { video } = window.player;
      return window.readTimeCodeOf(video, video.videoWidth, video.videoHeight);
    });
  }

  connectionState(): Promise<string> {
    return this.page.evaluate(() => window.player.peer.connectionState);
  }

  /** The server's end of the path in use, and how many pairs were tried with its present credentials. */
  localUfrag(): Promise<string | undefined> {
    return this.page.evaluate(
      () => /a=ice-ufrag:(\S+)/.exec(window.player.peer.remoteDescription?.sdp ?? '')?.[1],
    );
  }

  async close(): Promise<void> {
    await this.page.context().close();
  }
}

async function playInPage({
  url,
  authorization,
  kinds,
  direction,
  bundlePolicy,
}: PlayOptions): Promise<Played> {
  const peer = new RTCPeerConnection(bundlePolicy ? { bundlePolicy } : {});
  for (const kind of kinds) peer.addTransceiver(kind, { direction: direction ?? 'recvonly' });
  const video = document.createElement('video');
  video.muted = true;
  video.autoplay = true;
  document.body.append(video);
  peer.addEventListener('track', ({ track, streams }) => {
    if (track.kind === 'video') video.srcObject = streams[0] ?? new MediaStream([track]);
  });
  await peer.setLocalDescription();
  const offer = peer.localDescription?.sdp ?? '';
  const response = await fetch(url, {
    method: 'POST',
    headers: { Authorization: authorization, 'Content-Type': 'application/sdp' },
    body: offer,
  });
  const answer = await response.text();
  if (response.ok) await peer.setRemoteDescription({ type: 'answer', sdp: answer });
  const location = new URL(response.headers.get('Location') ?? '', url).href;
  window.player = { peer, video, location, etag: response.headers.get('ETag') ?? '' };
  return { status: response.status, offer, answer, links: response.headers.get('Link') };
}

/** As the draft has it: the fragment of the answer replaces credentials and candidates in the description there was. */
async function restartInPage(authorization: string): Promise<{ status: number; etagChanged: boolean }> {
  const { peer, location, etag } = window.player;
  const before = peer.remoteDescription?.sdp ?? '';
  peer.restartIce();
  await peer.setLocalDescription();
  const local = peer.localDescription?.sdp ?? '';
  const lines = local.split('\r\n').filter((line) => /^(?:a=ice-ufrag|a=ice-pwd|a=mid|m=video)/.test(line));
  const response = await fetch(location, {
    method: 'PATCH',
    headers: {
      Authorization: authorization,
      'Content-Type': 'application/trickle-ice-sdpfrag',
      'If-Match': '*',
    },
    body: `${lines.join('\r\n')}\r\n`,
  });
  const fragment = await response.text();
  const [ufrag] = /^a=ice-ufrag:.*$/m.exec(fragment) ?? [];
  const [password] = /^a=ice-pwd:.*$/m.exec(fragment) ?? [];
  const sdp = before
    .replaceAll(/^a=ice-ufrag:.*$/gm, ufrag ?? '')
    .replaceAll(/^a=ice-pwd:.*$/gm, password ?? '');
  await peer.setRemoteDescription({ type: 'answer', sdp });
  const next = response.headers.get('ETag') ?? '';
  window.player.etag = next;
  return { status: response.status, etagChanged: next !== etag && next !== '' };
}
