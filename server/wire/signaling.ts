/**
 * Signaling, `GET /signaling`, subprotocol `vigie.signaling.v1`: every message between a viewer and the server.
 *
 * The viewer first sends `authenticate`, gets `authenticated`, and then uses request/response/notification in
 * mediasoup's vocabulary, so that mediasoup-client works as intended.
 */

import type { LiveDetections } from './detection.ts';
import type { EventView } from './event.ts';
import type { Notices } from './account.ts';
import type { HealthProblem } from './health.ts';
import type { RecordingStatus } from './recording.ts';
import type { SiteClockView, SiteTimeZone } from './site.ts';
import type { CameraAdvice, CameraView, LivenessView } from './camera.ts';
import type { CameraFirmwareView } from './firmware.ts';
import type { ViewerFigures } from './viewer-figures.ts';
import type {
  DtlsParameters,
  IceParameters,
  IceServer,
  RtpCapabilities,
  RtpParameters,
  TransportParameters,
} from './media-parameters.ts';
import type { PictureQuality, ShownView } from './shown-view.ts';

export type * from './media-parameters.ts';

export const SIGNALING_PATH = '/signaling';
export const SIGNALING_SUBPROTOCOL = 'vigie.signaling.v1';
export const MAX_SIGNALING_BYTES = 64 * 1024;
/**
 * Time for a viewer to request a relay from a TURN server. An existing relay lives as long as it is refreshed: coturn
 * checks the expiry only at the request.
 */
export const TURN_CREDENTIAL_LIFETIME_SECONDS = 300;
export const AUTHENTICATE_TIMEOUT_MS = 5_000;
/** In one `addIceCandidates`. */
export const MAX_ICE_CANDIDATES = 8;
/** draft-ietf-payload-flexible-fec-scheme-03. */
export const FLEXFEC_MIME_TYPE = 'video/flexfec-03';

/** Why the server closed a signaling WebSocket (RFC 6455 section 7.4.2, private range). */
export const SIGNALING_CLOSE = {
  authenticateTimeout: 4100,
  unauthorized: 4101,
  tokenExpired: 4102,
  badMessage: 4103,
  tooManyMessages: 4104,
  signedOut: 4105,
  serverStopping: 4106,
  /** The viewer read too slowly and its buffer was full. */
  tooSlow: 4107,
  /** The same user has opened many newer sockets. */
  tooManySessions: 4108,
} as const;

export interface ConsumerParameters {
  id: string;
  producerId: string;
  cameraId: string;
  kind: 'video';
  rtpParameters: RtpParameters;
  /**
   * The capture time of an RTP timestamp: `captureUs` (server clock, µs since the Unix epoch) corresponds to
   * `rtpTimestamp` (90 kHz, u32, wraps). The relation is linear for the consumer's whole life.
   */
  captureClock: { rtpTimestamp: number; captureUs: number };
}

/** Times of one frame inside the server, on the server's clock, µs since the Unix epoch. */
export interface FrameTiming {
  rtpTimestamp: number;
  captureUs: number;
  receivedUs: number;
  decodeStartUs: number;
  decodedUs: number;
  encodedUs: number;
  sentUs: number;
}

/** Every request: its data and its response. */
export interface SignalingMethods {
  /** The next access token, before the current one expires; or the same API key. */
  authenticate: { request: { token: string }; response: Pick<AuthenticatedMessage, 'expiresInSeconds'> };
  getRouterRtpCapabilities: { request: Record<string, never>; response: RtpCapabilities };
  createWebRtcTransport: { request: Record<string, never>; response: TransportParameters };
  connectWebRtcTransport: {
    request: { transportId: string; dtlsParameters: DtlsParameters };
    response: Record<string, never>;
  };
  /**
   * From where the browser sees the media of this transport come: its reflexive candidates over UDP. The server opens its
   * NAT towards them.
   */
  addIceCandidates: {
    request: { transportId: string; candidates: { address: string; port: number }[] };
    response: Record<string, never>;
  };
  closeWebRtcTransport: { request: { transportId: string }; response: Record<string, never> };
  /** New credentials, before those of the transport expire. */
  getIceServers: { request: Record<string, never>; response: { iceServers: IceServer[] } };
  restartIce: {
    request: { transportId: string };
    response: { iceParameters: IceParameters; iceServers: IceServer[] };
  };
  /**
   * The consumer starts paused; `resumeConsumer` sends a new keyframe at once. That, `createWebRtcTransport` and
   * `watchFrames` are refused with `full` when the server has no capacity: the viewer tries again later.
   */
  consume: {
    /** `takesFlexfec`: the browser understands forward error correction of this kind. */
    request: { transportId: string; cameraId: string; takesFlexfec?: boolean | undefined };
    response: ConsumerParameters;
  };
  pauseConsumer: { request: { consumerId: string }; response: Record<string, never> };
  resumeConsumer: { request: { consumerId: string }; response: Record<string, never> };
  closeConsumer: { request: { consumerId: string }; response: Record<string, never> };
  /** The page shows the camera in this size from now on. Before the first report, the full picture is sent. */
  setView: { request: { consumerId: string } & ShownView; response: Record<string, never> };
  /** Data saver: applies to all consumers of this socket, also to later ones. */
  setQuality: { request: { quality: PictureQuality }; response: Record<string, never> };
  /** Turns `frameTimings` notifications for one consumer on or off. */
  setFrameTimings: { request: { consumerId: string; enabled: boolean }; response: Record<string, never> };
  /** Turns `detections` notifications of one camera on or off. To a viewer without the right `events` to it, none is sent. */
  setDetections: { request: { cameraId: string; enabled: boolean }; response: Record<string, never> };
  /**
   * The camera's JPEGs, in binary messages (picture-message.ts), for viewers without WebRTC. Only a few are
   * under way at once, then the newest waits for an `ack`. `maxFps` 1 … 60; without it, as many as the link takes.
   * With `width` (16 … 1600 pixels) larger pictures are scaled down, at most 5 a second.
   */
  watchFrames: {
    request: { cameraId: string; maxFps?: number | undefined; width?: number | undefined };
    response: { watchId: number };
  };
  stopFrames: { request: { watchId: number }; response: Record<string, never> };
  /** From an edge only: the cameras that it sends to the viewer of this socket now, for the audit log. */
  setWatched: { request: { cameraIds: string[] }; response: Record<string, never> };
  /**
   * Clock exchange like NTP: `t0` comes back with the server's receive and send time, µs of server time, and the date of
   * `t2`, which alone steps when the server's clock is set.
   */
  getTime: {
    request: { t0: number };
    response: { t0: number; t1: number; t2: number; dateMs: number };
  };
}

export type SignalingMethod = keyof SignalingMethods;

export interface SignalingNotifications {
  /** The cameras to which this viewer has a right; sent after `authenticated` and whenever they change. */
  cameras: { cameras: CameraView[] };
  /** A camera is live, or no longer live; or its pace has changed enough to change `staleAfterMs` by half. */
  cameraStatus: LivenessView & { cameraId: string };
  /** To administrators: the firmware of a camera, or the progress of its update. */
  cameraFirmware: CameraFirmwareView;
  /** To those with the right `events` to the camera. */
  event: EventView;
  /** Boxes in a picture of a camera whose detections are on. Skipped while the viewer reads slowly. */
  detections: LiveDetections;
  /** To administrators: all current advice about a camera. */
  cameraAdvice: { cameraId: string; advice: CameraAdvice[] };
  /** To administrators: recording has stopped for lack of space, or continues. */
  recordingStatus: RecordingStatus;
  /** To administrators: there is a new notice, or one was dismissed; /api/notices says the same. */
  notices: Notices;
  /** To administrators: the site's clock went wrong, or is right again. */
  siteClock: SiteClockView;
  /** Another time zone was chosen for the site. */
  siteTimeZone: SiteTimeZone;
  /** Data were lost or damaged while the server runs, or are well again (empty); /api/health says the same. */
  healthProblems: { problems: HealthProblem[] };
  consumerClosed: {
    consumerId: string;
    reason: 'cameraRemoved' | 'cameraOff' | 'rightRevoked' | 'transportClosed';
  };
  /** The right to the camera was revoked, or the camera was removed or switched off. */
  framesEnded: { watchId: number };
  transportClosed: { transportId: string; reason: 'timeout' | 'dtls' | 'serverStopping' };
  /** The server has another address than this transport was told: a new one gets it. */
  transportOutdated: { transportId: string };
  /** At most one per second, with at most 100 entries. */
  frameTimings: { consumerId: string; frames: FrameTiming[] };
  /** How the cameras of a transport are sent: when that has changed, and each second while a consumer's timings are on. */
  viewerFigures: ViewerFigures;
}

export type SignalingNotification = keyof SignalingNotifications;

export interface AuthenticateMessage {
  type: 'authenticate';
  /** An access token, or an API key. */
  token: string;
}

export interface AuthenticatedMessage {
  type: 'authenticated';
  /** Null: never, of an API key. */
  expiresInSeconds: number | null;
}

export interface RequestMessage<M extends SignalingMethod = SignalingMethod> {
  type: 'request';
  id: number;
  method: M;
  data: SignalingMethods[M]['request'];
}

/** The picture with this sequence number and all before it were shown or skipped. Has no response. */
export interface PictureAckMessage {
  type: 'ack';
  watchId: number;
  sequence: number;
}

/** `code` is one of the codes of server/errors.ts, `detail` a sentence for people. */
export interface SignalingErrorBody {
  code: string;
  detail: string;
  /** With `full`: number of viewers. */
  watching?: number;
}

export type ResponseMessage =
  | { type: 'response'; id: number; ok: true; data: unknown }
  | { type: 'response'; id: number; ok: false; error: SignalingErrorBody };

export type NotificationMessage = {
  [N in SignalingNotification]: { type: 'notification'; method: N; data: SignalingNotifications[N] };
}[SignalingNotification];

export type ServerToViewer = AuthenticatedMessage | ResponseMessage | NotificationMessage;
