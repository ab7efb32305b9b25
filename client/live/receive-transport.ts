/**
 * The browser's side of a transport, made by mediasoup-client, which writes the SDP offer for the browser, including candidates.
 * The live view and the connection check both create theirs here, so that the check finds exactly the paths of video.
 */

import { detectDevice, Device } from 'mediasoup-client';
import type { RtpCapabilities, Transport, TransportOptions } from 'mediasoup-client/types';
import type { TransportParameters } from '../../server/wire/signaling.ts';
import type { SignalingClient } from '../signaling/signaling-client.ts';
import { hookPeerConnection } from './peer-connection.ts';
import { ReflexiveCandidates } from './reflexive-candidates.ts';
import { RepairStreams } from './repair-streams.ts';

/** @throws UnsupportedError when the browser has no WebRTC, or none that mediasoup-client knows */
export function newDevice(): Device {
  // mediasoup-client uses the browser's name, even if WebRTC is switched off.
  if (typeof RTCPeerConnection !== 'function') throw new UnsupportedError('this browser has no WebRTC');
  // An unknown browser (a kiosk, a web view, headless Chromium on a plain http page) most likely is a Chromium, if it has
  // transceivers.
  const isUnknown = detectDevice() === undefined && typeof RTCRtpTransceiver === 'function';
  return new Device(isUnknown ? { handlerName: 'Chrome111' } : {});
}

/** Tells the device what the server can send. @throws SignalingError */
export async function loadDevice(device: Device, signaling: SignalingClient): Promise<void> {
  const capabilities = await signaling.request('getRouterRtpCapabilities', {});
  await device.load({ routerRtpCapabilities: capabilities as RtpCapabilities });
}

/** It connects, to the server's side of the same id, with the first picture it is to receive. */
export function receiveTransport(
  device: Device,
  signaling: SignalingClient,
  parameters: TransportParameters,
  options: Pick<TransportOptions, 'iceTransportPolicy'> = {},
  repairs = new RepairStreams(),
): Transport {
  const candidates = new ReflexiveCandidates((candidate) => {
    // Without it video takes another path.
    const told = { transportId: parameters.id, candidates: [candidate] };
    signaling.request('addIceCandidates', told).catch(() => undefined);
  });
  const hooks = {
    describe: (sdp: string) => repairs.describe(sdp),
    onCandidate: (candidate: RTCIceCandidate) => candidates.add(candidate),
  };
  const transport = hookPeerConnection(hooks, () =>
    device.createRecvTransport({ ...parameters, ...options }),
  );
  transport.on('connect', ({ dtlsParameters }, callback, errback) => {
    const fingerprints = dtlsParameters.fingerprints.filter(isStrong);
    signaling
      .request('connectWebRtcTransport', {
        transportId: transport.id,
        dtlsParameters: { role: 'client', fingerprints },
      })
      // oxlint-disable-next-line promise/no-callback-in-promise -- this is how mediasoup-client asks
      .then(callback, errback);
  });
  return transport;
}

/** Named as mediasoup-client names its own, which it does not export. */
class UnsupportedError extends Error {
  override readonly name = 'UnsupportedError';
}

type Fingerprint = { algorithm: string; value: string };
type StrongFingerprint = { algorithm: 'sha-256' | 'sha-384' | 'sha-512'; value: string };

/** mediasoup-client's types allow SHA-1, which the server rightly does not. */
function isStrong(fingerprint: Fingerprint): fingerprint is StrongFingerprint {
  return /^sha-(?:256|384|512)$/.test(fingerprint.algorithm);
}
