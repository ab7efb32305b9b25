/**
 * Tries one way to the server on its own: a transport made for the purpose, with only the candidates and the relay of that
 * way. Connected means that ICE found a path and DTLS was spoken over it, so video would pass too.
 *
 * No camera is needed, and mediasoup-client is not either: the offer of an ICE-lite server is a few lines (RFC 8839,
 * RFC 8842).
 */

import type { IceCandidate, IceServer, TransportParameters } from '../../server/wire/signaling.ts';
import type { SignalingClient } from '../signaling/signaling-client.ts';
import type { WayKind, WayResult } from './check-facts.ts';

export interface Way {
  kind: WayKind;
  url: string | null;
  /** The relay to go through, alone; null: none. */
  iceServer: IceServer | null;
  /** Which of the server's addresses count. */
  accepts: (candidate: IceCandidate) => boolean;
}

/** Over TLS to a relay far away, three connections are made one after the other. */
const TIMEOUT_MS = 7_000;

/** Never throws: a way that fails is a result too. */
export async function probeWay(signaling: SignalingClient, way: Way): Promise<WayResult> {
  const { kind, url } = way;
  const failed = { kind, url, outcome: 'noPath', address: null, roundTripMs: null, errorCode: null } as const;
  let transport: TransportParameters;
  try {
    transport = await signaling.request('createWebRtcTransport', {});
  } catch {
    return failed;
  }
  const peer = new RTCPeerConnection({
    bundlePolicy: 'max-bundle',
    ...(way.iceServer && { iceServers: [way.iceServer], iceTransportPolicy: 'relay' }),
  });
  const seen = { candidates: 0, errorCode: null as number | null };
  peer.addEventListener('icecandidate', ({ candidate }) => {
    if (candidate?.candidate) seen.candidates++;
  });
  peer.addEventListener('icecandidateerror', ({ errorCode }) => {
    seen.errorCode ??= errorCode;
  });
  try {
    const connected = settled(peer, seen, way.iceServer !== null);
    const candidates = transport.iceCandidates.filter(way.accepts);
    await peer.setRemoteDescription({
      type: 'offer',
      sdp: offerOf({ ...transport, iceCandidates: candidates }),
    });
    await peer.setLocalDescription();
    const fingerprints = [{ algorithm: 'sha-256' as const, value: fingerprintOf(peer) }];
    await signaling.request('connectWebRtcTransport', {
      transportId: transport.id,
      dtlsParameters: { role: 'client', fingerprints },
    });
    if (await connected) return { ...failed, outcome: 'connected', ...(await pathOf(peer)) };
    const noRelay = way.iceServer !== null && seen.candidates === 0;
    return { ...failed, outcome: noRelay ? 'noRelay' : 'noPath', errorCode: noRelay ? seen.errorCode : null };
  } catch {
    return failed;
  } finally {
    peer.close();
    signaling.request('closeWebRtcTransport', { transportId: transport.id }).catch(() => undefined);
  }
}

/** @returns whether it connected, as soon as that is known */
function settled(peer: RTCPeerConnection, seen: { candidates: number }, relayed: boolean): Promise<boolean> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => resolve(false), TIMEOUT_MS);
    const finish = (connected: boolean): void => {
      clearTimeout(timer);
      resolve(connected);
    };
    peer.addEventListener('connectionstatechange', () => {
      if (peer.connectionState === 'connected') finish(true);
      else if (peer.connectionState === 'failed') finish(false);
    });
    peer.addEventListener('icegatheringstatechange', () => {
      if (relayed && peer.iceGatheringState === 'complete' && seen.candidates === 0) finish(false);
    });
  });
}

async function pathOf(peer: RTCPeerConnection): Promise<Pick<WayResult, 'address' | 'roundTripMs'>> {
  const reports = await peer.getStats();
  const entries = [...reports.values()] as Record<string, unknown>[];
  const selectedId = entries.find(({ type }) => type === 'transport')?.['selectedCandidatePairId'];
  const pair = entries.find(({ id, type, nominated }) =>
    // Firefox has no transport report.
    selectedId === undefined ? type === 'candidate-pair' && nominated === true : id === selectedId,
  );
  const remote = entries.find(({ id }) => id === pair?.['remoteCandidateId']);
  const roundTrip = pair?.['currentRoundTripTime'];
  return {
    address: remote ? `${String(remote['address'])}:${String(remote['port'])}` : null,
    roundTripMs: typeof roundTrip === 'number' ? roundTrip * 1000 : null,
  };
}

function fingerprintOf({ localDescription }: RTCPeerConnection): string {
  const value = /^a=fingerprint:sha-256 (\S+)/im.exec(localDescription?.sdp ?? '')?.[1];
  if (value === undefined) throw new Error('the browser has no SHA-256 fingerprint');
  return value;
}

/** A video nobody sends yet: it only takes a section of media to have a transport. */
function offerOf({ iceParameters, iceCandidates, dtlsParameters }: TransportParameters): string {
  const lines = [
    'v=0',
    'o=- 1 1 IN IP4 0.0.0.0',
    's=-',
    't=0 0',
    'a=ice-lite',
    'a=group:BUNDLE 0',
    'm=video 9 UDP/TLS/RTP/SAVPF 96',
    'c=IN IP4 0.0.0.0',
    'a=mid:0',
    'a=sendonly',
    'a=rtcp-mux',
    'a=rtpmap:96 VP8/90000',
    `a=ice-ufrag:${iceParameters.usernameFragment}`,
    `a=ice-pwd:${iceParameters.password}`,
    ...dtlsParameters.fingerprints.map(({ algorithm, value }) => `a=fingerprint:${algorithm} ${value}`),
    'a=setup:actpass',
    ...iceCandidates.map(candidateLine),
    'a=end-of-candidates',
  ];
  return `${lines.join('\r\n')}\r\n`;
}

function candidateLine(candidate: IceCandidate): string {
  const { foundation, protocol, priority, address, port, type, tcpType } = candidate;
  // A relayed address names the one behind it, which here tells nothing (RFC 8839 section 5.1).
  const related = type === 'host' ? '' : ' raddr 0.0.0.0 rport 0';
  return `a=candidate:${foundation} 1 ${protocol} ${priority} ${address} ${port} typ ${type}${related}${tcpType ? ` tcptype ${tcpType}` : ''}`;
}
