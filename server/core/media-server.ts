/** The part of the SFU that signaling and WHEP use. */

import type { RtpFormat } from './rtp/rtp-format.ts';
import type { TransportAddress } from './stun-turn/stun-address.ts';
import type {
  ConsumerParameters,
  DtlsParameters,
  FrameTiming,
  IceParameters,
  RtpCapabilities,
  SignalingNotifications,
  TransportParameters,
} from '../wire/signaling.ts';
import type { PictureQuality, ShownView } from '../wire/shown-view.ts';
import type { ViewerFigures } from '../wire/viewer-figures.ts';

/** Why it ended: on the viewer's request, or with the reason sent to the viewer. */
type CloseReason<Method extends 'consumerClosed' | 'transportClosed'> =
  'requested' | SignalingNotifications[Method]['reason'];

export interface MediaServer {
  readonly rtpCapabilities: RtpCapabilities;
  /** @param viewerAddress where the viewer signals from @throws VigieError `unavailable` */
  createTransport(viewerAddress: string): MediaTransport;
  /** @param viewerAddress where the viewer signals from */
  transportParameters(
    transport: MediaTransport,
    viewerAddress: string,
  ): Omit<TransportParameters, 'iceServers'>;
  /** The consumer starts paused. @throws VigieError `tooManyRequests` */
  consume(transport: MediaTransport, cameraId: string, takesFlexfec: boolean): MediaConsumer;
}

/** For viewers whose offer has its own payload types. */
export interface OfferedMediaServer extends Pick<MediaServer, 'createTransport' | 'transportParameters'> {
  /** The consumer starts paused. @throws VigieError `tooManyRequests` */
  consumeAs(transport: MediaTransport, cameraId: string, format: RtpFormat): MediaConsumer;
}

/** A viewer's transport; closing it closes its consumers. */
export interface MediaTransport {
  readonly id: string;
  connect(parameters: DtlsParameters): void;
  restartIce(): IceParameters;
  /** From where the viewer's media comes, as its browser sees it. */
  addIceCandidates(candidates: readonly TransportAddress[]): void;
  /** The most that the viewer wants of each camera. */
  setQuality(quality: PictureQuality): void;
  close(reason: 'requested'): void;
  once(event: 'close', listener: (reason: CloseReason<'transportClosed'>) => void): unknown;
  /** The server's addresses are others than `transportParameters` told. */
  on(event: 'outdated', listener: () => void): unknown;
  /** About once a second. */
  on(event: 'figures', listener: (figures: ViewerFigures) => void): unknown;
}

/** One camera to one viewer. */
export interface MediaConsumer {
  readonly id: string;
  readonly cameraId: string;
  parameters(nowUs: number): ConsumerParameters;
  resume(): void;
  pause(): void;
  /** How large the page shows it. */
  setView(view: ShownView): void;
  setFrameTimings(enabled: boolean): void;
  close(reason: 'requested' | 'rightRevoked' | 'cameraOff'): void;
  on(event: 'timings', listener: (frames: FrameTiming[]) => void): unknown;
  once(event: 'close', listener: (reason: CloseReason<'consumerClosed'>) => void): unknown;
}
