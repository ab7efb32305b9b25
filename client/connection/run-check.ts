/** Runs a connection check: requests the server's facts, and tries every path separately and in parallel. */

import type { IceCandidate, IceServer, TransportParameters } from '../../server/wire/signaling.ts';
import { isAdministrator, type AppContext } from '../app-context.ts';
import { loadDevice, newDevice } from '../live/receive-transport.ts';
import type { SignalingClient } from '../signaling/signaling-client.ts';
import { SignalingError } from '../signaling/signaling-error.ts';
import type { CheckFacts, PathKind } from './check-facts.ts';
import { probePath, type ProbedPath } from './path-probe.ts';

const OPEN_TIMEOUT_MS = 5_000;
/** More would only repeat the same paths, and the server gives a page few transports. */
const MAX_RELAYS = 3;

/** Never throws: a failure is a finding. */
export async function runCheck({ session, live, api }: AppContext): Promise<CheckFacts> {
  const { signaling, clock } = live;
  await opened(signaling);
  const webrtc = typeof RTCPeerConnection === 'function';
  const [facts, tried] = await Promise.all([
    api.call('GET /api/connection').catch(() => null),
    webrtc ? probeWays(live) : NOTHING_TRIED,
  ]);
  return {
    administrator: isAdministrator(session.user),
    webrtc,
    ...tried,
    webSocketRoundTripMs: signaling.state === 'open' ? (clock.roundTripMs ?? 0) : null,
    secureContext: isSecureContext,
    facts,
  };
}

/** The page may have only just begun. */
function opened(signaling: SignalingClient): Promise<void> {
  if (signaling.state === 'open') return Promise.resolve();
  return new Promise((resolve) => {
    const finish = (): void => {
      clearTimeout(timer);
      stop();
      resolve();
    };
    const timer = setTimeout(finish, OPEN_TIMEOUT_MS);
    const stop = signaling.on('state', (state) => state === 'open' && finish());
  });
}

type Tried = Pick<CheckFacts, 'paths' | 'watchingWhenFull'>;

const NOTHING_TRIED: Tried = { paths: [], watchingWhenFull: null };

/**
 * Without any path when the server does not answer, or is full: then the results of a few paths show nothing about the network.
 */
async function probeWays({ signaling }: AppContext['live']): Promise<Tried> {
  try {
    const device = newDevice();
    await loadDevice(device, signaling);
    const paths = await waysTo(signaling);
    return {
      paths: await Promise.all(paths.map((path) => probePath(signaling, device, path))),
      watchingWhenFull: null,
    };
  } catch (error) {
    return { ...NOTHING_TRIED, watchingWhenFull: SignalingError.watchingWhenFull(error) ?? null };
  }
}

/** @throws SignalingError */
async function waysTo(signaling: SignalingClient): Promise<ProbedPath[]> {
  const parameters = await signaling.request('createWebRtcTransport', {});
  signaling.request('closeWebRtcTransport', { transportId: parameters.id }).catch(() => undefined);
  return [...directWays(parameters), ...relaysOf(parameters.iceServers).slice(0, MAX_RELAYS)];
}

function directWays({ iceCandidates, iceServers }: TransportParameters): ProbedPath[] {
  const stun = stunServerOf(iceServers);
  const paths: Pick<ProbedPath, 'kind' | 'accepts' | 'iceServer'>[] = [
    {
      kind: 'directUdp',
      accepts: ({ relayed, mapped, protocol }) => !relayed && !mapped && protocol === 'udp',
      iceServer: null,
    },
    ...(stun ? [{ kind: 'openedUdp' as const, accepts: isDirectUdp, iceServer: stun }] : []),
    {
      kind: 'directTcp',
      accepts: ({ relayed, protocol }) => !relayed && protocol === 'tcp',
      iceServer: null,
    },
    { kind: 'serverRelay', accepts: ({ relayed }) => relayed === true, iceServer: null },
  ];
  return (
    paths
      // A missing address for UDP is a finding; the others are optional.
      .filter(({ kind, accepts }) => kind === 'directUdp' || iceCandidates.some(accepts))
      .map((path) => ({ ...path, url: null, relayOnly: false }))
  );
}

function isDirectUdp({ relayed, protocol }: IceCandidate): boolean {
  return !relayed && protocol === 'udp';
}

/** TURN servers answer STUN too. */
function stunServerOf(iceServers: readonly IceServer[]): IceServer | undefined {
  const urls = iceServers
    .flatMap((server) => server.urls)
    .filter((url) => /^(?:stun|turn):(?!.*=tcp$)/.test(url));
  const stun = urls.map((url) => url.replace(/^turn:/, 'stun:').replace(/\?.*$/, ''));
  return stun.length > 0 ? { urls: [...new Set(stun)] } : undefined;
}

function relaysOf(iceServers: readonly IceServer[]): ProbedPath[] {
  return iceServers.flatMap((server) =>
    server.urls
      .filter((url) => url.startsWith('turn'))
      .map((url) => ({
        kind: relayKind(url),
        url,
        iceServer: { ...server, urls: [url] },
        relayOnly: true,
        accepts: () => true,
      })),
  );
}

function relayKind(url: string): PathKind {
  if (url.startsWith('turns:')) return 'turnTls';
  return url.endsWith('transport=tcp') ? 'turnTcp' : 'turnUdp';
}
