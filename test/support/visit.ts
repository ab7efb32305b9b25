/** One viewer's steps from a token to packets: signaling, transport, connectivity check, DTLS, consumers. */

import { setTimeout as delay } from 'node:timers/promises';
import { NodeViewer, type NodeViewerOptions } from './node-viewer.ts';
import { SignalingSocket } from './signaling-socket.ts';

export interface Visit {
  readonly viewer: NodeViewer;
  readonly signaling: SignalingSocket;
  /** The server, or a proxy, has ended it. */
  readonly isOver: boolean;
  close(): void;
}

const OPEN_TIMEOUT_MS = 15_000;

/** @throws Error when the server refuses, or takes too long */
export async function openVisit(
  port: number,
  token: string,
  cameraIds: readonly string[],
  options: NodeViewerOptions & { from?: string } = {},
): Promise<Visit> {
  const opened: (() => void)[] = [];
  const visit = open(port, token, cameraIds, options, opened);
  // A failed or late step releases everything.
  const timeout = delay(OPEN_TIMEOUT_MS, undefined, { ref: false }).then(() => {
    throw new Error('the visit took too long to open');
  });
  try {
    return await Promise.race([visit, timeout]);
  } catch (error) {
    for (const close of opened) close();
    visit.then((late) => late.close()).catch(() => undefined);
    throw error;
  }
}

async function open(
  port: number,
  token: string,
  cameraIds: readonly string[],
  options: NodeViewerOptions & { from?: string },
  opened: (() => void)[],
): Promise<Visit> {
  const localAddress = options.from;
  const signaling = await SignalingSocket.open(`http://127.0.0.1:${port}`, token, {
    ...(localAddress !== undefined && { localAddress }),
  });
  signaling.socket.on('error', () => undefined);
  opened.push(() => signaling.socket.terminate());
  const transport = await signaling.request('createWebRtcTransport', {});
  const viewer = await NodeViewer.create(
    {
      port: transport.iceCandidates[0]?.port ?? 0,
      iceParameters: transport.iceParameters,
      fingerprints: transport.dtlsParameters.fingerprints,
    },
    options,
  );
  opened.push(() => viewer.close());
  const { dtlsParameters } = viewer;
  await signaling.request('connectWebRtcTransport', { transportId: transport.id, dtlsParameters });
  await viewer.connect();
  for (const cameraId of cameraIds) {
    const { id: consumerId } = await signaling.request('consume', { transportId: transport.id, cameraId });
    await signaling.request('resumeConsumer', { consumerId });
  }
  return {
    viewer,
    signaling,
    get isOver() {
      return signaling.socket.readyState > 1 || hasEnded(signaling);
    },
    close: () => {
      viewer.close();
      signaling.socket.terminate();
    },
  };
}

function hasEnded({ received }: SignalingSocket): boolean {
  return received.some(
    (message) =>
      message.type === 'notification' && ['transportClosed', 'consumerClosed'].includes(message.method),
  );
}
