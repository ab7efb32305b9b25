/**
 * Tries a single path to the server: a separate transport with only the candidates and the relay of that path. Connected means
 * that ICE found a path and DTLS was completed over it, so video would work too. No camera is needed.
 *
 * Invariant: otherwise the transport is the same as the live view's, so a path that connects here connects there.
 */

import type { Device } from 'mediasoup-client';
import type { ConsumerOptions, Transport } from 'mediasoup-client/types';
import type { IceCandidate, IceServer, TransportParameters } from '../../server/wire/signaling.ts';
import { receiveTransport } from '../live/receive-transport.ts';
import { selectedPath, type StatsEntry } from '../live/selected-path.ts';
import type { SignalingClient } from '../signaling/signaling-client.ts';
import { SignalingError } from '../signaling/signaling-error.ts';
import type { PathKind, PathResult } from './check-facts.ts';

export interface ProbedPath {
  kind: PathKind;
  url: string | null;
  /** The STUN server or relay to use, alone; null: none. */
  iceServer: IceServer | null;
  /** Only what goes through that relay counts. */
  relayOnly: boolean;
  /** Which of the server's addresses count. */
  accepts: (candidate: IceCandidate) => boolean;
}

/** Over TLS to a relay far away, three connections are made one after the other. */
const TIMEOUT_MS = 7_000;

/**
 * A path that fails is a result too.
 *
 * @param device loaded
 * @throws SignalingError only `full`: then nothing was tried
 */
export async function probePath(
  signaling: SignalingClient,
  device: Device,
  path: ProbedPath,
): Promise<PathResult> {
  const { kind, url } = path;
  const failed = { kind, url, outcome: 'noPath', address: null, roundTripMs: null, errorCode: null } as const;
  try {
    const parameters = await signaling.request('createWebRtcTransport', {});
    try {
      // Firefox reports a search among no addresses as a failure of the page.
      if (!parameters.iceCandidates.some(path.accepts)) return failed;
      return { ...failed, ...(await probe(signaling, device, parameters, path)) };
    } finally {
      signaling.request('closeWebRtcTransport', { transportId: parameters.id }).catch(() => undefined);
    }
  } catch (error) {
    if (SignalingError.watchingWhenFull(error) !== undefined) throw error;
    return failed;
  }
}

async function probe(
  signaling: SignalingClient,
  device: Device,
  parameters: TransportParameters,
  { accepts, iceServer, relayOnly }: ProbedPath,
): Promise<Partial<PathResult>> {
  const narrowed = {
    ...parameters,
    iceCandidates: parameters.iceCandidates.filter(accepts),
    iceServers: iceServer ? [iceServer] : [],
  };
  const policy = relayOnly ? ({ iceTransportPolicy: 'relay' } as const) : {};
  const transport = receiveTransport(device, signaling, narrowed, policy);
  let firstErrorCode: number | null = null;
  transport.on('icecandidateerror', ({ errorCode }) => {
    firstErrorCode ??= errorCode;
  });
  try {
    const connected = settled(transport, relayOnly);
    await transport.consume(silentVideo(device));
    if (await connected) return { outcome: 'connected', ...(await pathOf(transport)) };
    if (!relayOnly || (await hasRelay(transport))) return { outcome: 'noPath' };
    return { outcome: 'noRelay', errorCode: firstErrorCode };
  } finally {
    transport.close();
  }
}

/** @returns whether it connected, as soon as that is known */
function settled(transport: Transport, relayed: boolean): Promise<boolean> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => resolve(false), TIMEOUT_MS);
    const finish = (connected: boolean): void => {
      clearTimeout(timer);
      resolve(connected);
    };
    transport.on('connectionstatechange', (state) => {
      if (state === 'connected') finish(true);
      else if (state === 'failed' || state === 'closed') finish(false);
    });
    transport.on('icegatheringstatechange', (state) => {
      if (relayed && state === 'complete')
        void hasRelay(transport).then(
          (isThere) => isThere || finish(false),
          () => finish(false),
        );
    });
  });
}

/** The browser was given an address at the relay. */
async function hasRelay(transport: Transport): Promise<boolean> {
  const entries = await entriesOf(transport);
  return entries.some((entry) => entry['type'] === 'local-candidate' && entry['candidateType'] === 'relay');
}

async function pathOf(transport: Transport): Promise<Pick<PathResult, 'address' | 'roundTripMs'>> {
  const path = selectedPath(await entriesOf(transport));
  return { address: path && `${path.address}:${path.port}`, roundTripMs: path?.roundTripMs ?? null };
}

async function entriesOf(transport: Transport): Promise<StatsEntry[]> {
  return [...(await transport.getStats()).values()] as StatsEntry[];
}

/** A video that is never sent: the transport connects as soon as one is expected. */
function silentVideo({ recvRtpCapabilities }: Device): ConsumerOptions {
  const codec = recvRtpCapabilities.codecs?.find(({ kind }) => kind === 'video');
  if (!codec) throw new Error('the browser plays no video that the server sends');
  const { mimeType, preferredPayloadType: payloadType, clockRate } = codec;
  return {
    id: 'check',
    producerId: 'check',
    kind: 'video',
    rtpParameters: {
      mid: '0',
      codecs: [{ mimeType, payloadType, clockRate }],
      headerExtensions: [],
      encodings: [{ ssrc: 1 }],
      rtcp: { cname: 'check' },
    },
  };
}
