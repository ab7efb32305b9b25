/**
 * A viewer's requests about media: the same at a site, which knows the viewer's rights, and at an edge, which asks its site.
 */

import type { MediaServer } from '../core/media-server.ts';
import type { IceServer, SignalingMethods } from '../wire/signaling.ts';
import type { ViewerMedia } from './viewer-media.ts';

type MediaMethod =
  | 'getRouterRtpCapabilities'
  | 'createWebRtcTransport'
  | 'connectWebRtcTransport'
  | 'addIceCandidates'
  | 'closeWebRtcTransport'
  | 'getIceServers'
  | 'restartIce'
  | 'consume'
  | 'pauseConsumer'
  | 'resumeConsumer'
  | 'closeConsumer'
  | 'setView'
  | 'setQuality'
  | 'setFrameTimings';

/** Nothing is answered with an empty object. */
export type SignalingAnswer<Response> = Record<string, never> extends Response ? void : Response;

type MediaHandlers = {
  [M in MediaMethod]: (
    data: SignalingMethods[M]['request'],
  ) => SignalingAnswer<SignalingMethods[M]['response']>;
};

export interface MediaHandlersOptions {
  media: ViewerMedia;
  sfu: MediaServer;
  /** With newly made credentials. */
  iceServers: () => IceServer[];
  /** @throws VigieError `notFound`, `forbidden`, `cameraOff` */
  assertMayWatch: (cameraId: string) => void;
}

export function mediaHandlers({
  media,
  sfu,
  iceServers,
  assertMayWatch,
}: MediaHandlersOptions): MediaHandlers {
  return {
    getRouterRtpCapabilities: () => sfu.rtpCapabilities,
    createWebRtcTransport: () => ({ ...media.createTransport(), iceServers: iceServers() }),
    connectWebRtcTransport: ({ transportId, dtlsParameters }) =>
      media.transport(transportId).connect(dtlsParameters),
    addIceCandidates: ({ transportId, candidates }) =>
      media.transport(transportId).addIceCandidates(candidates),
    closeWebRtcTransport: ({ transportId }) => media.transport(transportId).close('requested'),
    getIceServers: () => ({ iceServers: iceServers() }),
    restartIce: ({ transportId }) => ({
      iceParameters: media.transport(transportId).restartIce(),
      iceServers: iceServers(),
    }),
    consume: ({ transportId, cameraId, takesFlexfec = false }) => {
      assertMayWatch(cameraId);
      return media.consume(transportId, cameraId, takesFlexfec);
    },
    pauseConsumer: ({ consumerId }) => media.pause(consumerId),
    resumeConsumer: ({ consumerId }) => {
      assertMayWatch(media.consumer(consumerId).cameraId);
      media.resume(consumerId);
    },
    closeConsumer: ({ consumerId }) => media.consumer(consumerId).close('requested'),
    setView: ({ consumerId, ...view }) => media.consumer(consumerId).setView(view),
    setQuality: ({ quality }) => media.setQuality(quality),
    setFrameTimings: ({ consumerId, enabled }) => media.setFrameTimings(consumerId, enabled),
  };
}
