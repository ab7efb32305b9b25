/**
 * Signaling, `GET /signaling`, subprotocol `vigie.signaling.v1`: every message between a viewer and the server.
 *
 * The viewer first sends `authenticate`, is answered `authenticated`, and then speaks request/response/notification in
 * mediasoup's vocabulary, so that mediasoup-client is used as it was meant. Shapes of RTP, ICE and DTLS parameters are
 * mediasoup's; they are repeated here as plain types because this module imports types only.
 */

import type { EventView } from './event.ts';
import type { HealthProblem } from './health.ts';
import type { RecordingStatus } from './recording.ts';
import type { CameraAdvice, CameraView } from './camera.ts';
import type { CameraFirmwareView } from './firmware.ts';

export const SIGNALING_PATH = '/signaling';
export const SIGNALING_SUBPROTOCOL = 'vigie.signaling.v1';
export const MAX_SIGNALING_BYTES = 64 * 1024;
/**
 * How long a viewer has to ask a TURN server for a relay. The relay itself, once there, lives as long as it is refreshed:
 * coturn looks at the expiry when a relay is asked for, and not again.
 */
export const TURN_CREDENTIAL_LIFETIME_SECONDS = 300;
export const AUTHENTICATE_TIMEOUT_MS = 5_000;

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
  /** The same user has opened many newer ones. */
  tooManySessions: 4108,
} as const;

export interface IceParameters {
  usernameFragment: string;
  password: string;
  iceLite: boolean;
}

export interface IceCandidate {
  foundation: string;
  priority: number;
  ip: string;
  address: string;
  protocol: 'udp' | 'tcp';
  port: number;
  /**
   * Also for a relay: Firefox drops candidates of every other type that name no related address (`raddr`), and
   * mediasoup-client writes none.
   */
  type: 'host';
  tcpType?: 'passive';
  /** The server's own address at a relay, the last to be tried. */
  relayed?: true;
}

export interface DtlsFingerprint {
  algorithm: 'sha-256' | 'sha-384' | 'sha-512';
  value: string;
}

export interface DtlsParameters {
  role?: 'auto' | 'client' | 'server';
  fingerprints: DtlsFingerprint[];
}

export interface IceServer {
  urls: string[];
  username?: string;
  credential?: string;
}

export interface TransportParameters {
  id: string;
  iceParameters: IceParameters;
  iceCandidates: IceCandidate[];
  dtlsParameters: DtlsParameters;
  iceServers: IceServer[];
}

export interface RtcpFeedback {
  type: string;
  parameter?: string;
}

export interface RtpCodecCapability {
  kind: 'video';
  mimeType: string;
  preferredPayloadType: number;
  clockRate: number;
  parameters: Record<string, string | number>;
  rtcpFeedback: RtcpFeedback[];
}

export interface RtpHeaderExtension {
  kind: 'video';
  uri: string;
  preferredId: number;
  preferredEncrypt: boolean;
  direction: 'sendonly' | 'recvonly' | 'sendrecv' | 'inactive';
}

export interface RtpCapabilities {
  codecs: RtpCodecCapability[];
  headerExtensions: RtpHeaderExtension[];
}

export interface RtpParameters {
  mid: string;
  codecs: {
    mimeType: string;
    payloadType: number;
    clockRate: number;
    parameters: Record<string, string | number>;
    rtcpFeedback: RtcpFeedback[];
  }[];
  headerExtensions: { uri: string; id: number; encrypt: boolean; parameters: Record<string, never> }[];
  encodings: { ssrc: number; rtx: { ssrc: number } }[];
  rtcp: { cname: string; reducedSize: boolean };
}

export interface ConsumerParameters {
  id: string;
  producerId: string;
  cameraId: string;
  kind: 'video';
  rtpParameters: RtpParameters;
  /**
   * Which moment a RTP timestamp stands for: `captureUs` (server clock, µs since the Unix epoch) was at `rtpTimestamp`
   * (90 kHz, u32, wraps). The relation is linear for the consumer's whole life.
   */
  captureClock: { rtpTimestamp: number; captureUs: number };
}

/** What became of one frame inside the server; all times on the server's clock, µs since the Unix epoch. */
export interface FrameTiming {
  rtpTimestamp: number;
  captureUs: number;
  receivedUs: number;
  decodeStartUs: number;
  decodedUs: number;
  encodedUs: number;
  sentUs: number;
}

/** Every request: what it carries and what it is answered with. */
export interface SignalingMethods {
  /** The access token is about to expire; here is the next one. */
  authenticate: { request: { token: string }; response: { expiresInSeconds: number } };
  getRouterRtpCapabilities: { request: Record<string, never>; response: RtpCapabilities };
  createWebRtcTransport: { request: Record<string, never>; response: TransportParameters };
  connectWebRtcTransport: {
    request: { transportId: string; dtlsParameters: DtlsParameters };
    response: Record<string, never>;
  };
  closeWebRtcTransport: { request: { transportId: string }; response: Record<string, never> };
  /** What was handed out with the transport expires. */
  getIceServers: { request: Record<string, never>; response: { iceServers: IceServer[] } };
  restartIce: {
    request: { transportId: string };
    response: { iceParameters: IceParameters; iceServers: IceServer[] };
  };
  /**
   * The consumer starts paused; `resumeConsumer` brings a fresh keyframe at once. That, `createWebRtcTransport` and
   * `watchFrames` are refused with `full` when the server can serve nobody more: the viewer tries again later.
   */
  consume: { request: { transportId: string; cameraId: string }; response: ConsumerParameters };
  pauseConsumer: { request: { consumerId: string }; response: Record<string, never> };
  resumeConsumer: { request: { consumerId: string }; response: Record<string, never> };
  closeConsumer: { request: { consumerId: string }; response: Record<string, never> };
  /** Turns `frameTimings` notifications for one consumer on or off. */
  setFrameTimings: { request: { consumerId: string; enabled: boolean }; response: Record<string, never> };
  /**
   * The camera's JPEGs as they are, in binary messages (picture-message.ts), where WebRTC does not pass. Only a few are
   * under way at once, then the newest waits for an `ack`. `maxFps` 1 … 60; without it, as many as the link takes.
   */
  watchFrames: {
    request: { cameraId: string; maxFps?: number | undefined };
    response: { watchId: number };
  };
  stopFrames: { request: { watchId: number }; response: Record<string, never> };
  /** Clock exchange, as NTP does it: `t0` comes back with the server's receive and send time, in µs. */
  getTime: { request: { t0: number }; response: { t0: number; t1: number; t2: number } };
}

export type SignalingMethod = keyof SignalingMethods;

export interface SignalingNotifications {
  /** The list of cameras this viewer may see; sent after `authenticated` and whenever it changes. */
  cameras: { cameras: CameraView[] };
  cameraOnline: { cameraId: string };
  /** `sinceMs`: when its last frame came, ms since the Unix epoch, null if there never was one. */
  cameraOffline: { cameraId: string; sinceMs: number | null };
  /** To administrators: what a camera runs, or how far its update is. */
  cameraFirmware: CameraFirmwareView;
  /** Something happened at a camera one may see. */
  event: EventView;
  /** To administrators: all there is to advise about a camera now. */
  cameraAdvice: { cameraId: string; advice: CameraAdvice[] };
  /** To administrators: recording has stopped for want of room, or goes on. */
  recordingStatus: RecordingStatus;
  /** Data were lost or damaged while the server runs, or are well again (empty); /api/health says the same. */
  healthProblems: { problems: HealthProblem[] };
  consumerClosed: { consumerId: string; reason: 'cameraRemoved' | 'rightRevoked' | 'transportClosed' };
  /** The right to it was revoked, or the camera removed. */
  framesEnded: { watchId: number };
  transportClosed: { transportId: string; reason: 'timeout' | 'dtls' | 'serverStopping' };
  /** At most one a second and 100 entries. */
  frameTimings: { consumerId: string; frames: FrameTiming[] };
}

export type SignalingNotification = keyof SignalingNotifications;

export interface AuthenticateMessage {
  type: 'authenticate';
  token: string;
}

export interface AuthenticatedMessage {
  type: 'authenticated';
  expiresInSeconds: number;
}

export interface RequestMessage<M extends SignalingMethod = SignalingMethod> {
  type: 'request';
  id: number;
  method: M;
  data: SignalingMethods[M]['request'];
}

/** The picture of this sequence number, and all before it, have been shown or passed over. Not answered. */
export interface AckMessage {
  type: 'ack';
  watchId: number;
  sequence: number;
}

/** `code` is one of the codes of server/errors.ts, `detail` a sentence for people. */
export interface SignalingError {
  code: string;
  detail: string;
  /** With `full`: how many watch. */
  watching?: number;
}

export type ResponseMessage =
  | { type: 'response'; id: number; ok: true; data: unknown }
  | { type: 'response'; id: number; ok: false; error: SignalingError };

export type NotificationMessage = {
  [N in SignalingNotification]: { type: 'notification'; method: N; data: SignalingNotifications[N] };
}[SignalingNotification];

export type ServerToViewer = AuthenticatedMessage | ResponseMessage | NotificationMessage;
