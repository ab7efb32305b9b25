/**
 * One WebRTC transport for all the cameras of a page: mediasoup-client on our side, the signaling's requests on the
 * server's. It belongs to one epoch of the signaling socket and is discarded with it.
 */

import type { Consumer, RtpParameters, Transport } from 'mediasoup-client/types';
import { monotonicMs } from '../clock.ts';
import type { ShownView } from '../../server/wire/shown-view.ts';
import {
  TURN_CREDENTIAL_LIFETIME_SECONDS,
  type IceCandidate,
  type IceServer,
} from '../../server/wire/signaling.ts';
import type { SignalingClient } from '../signaling/signaling-client.ts';
import { Emitter } from '../emitter.ts';
import { captureTimeUs } from './capture-clock.ts';
import type { LiveSource, SourceCounters } from './live-source.ts';
import { mediaPath } from './media-path.ts';
import { loadDevice, newDevice, receiveTransport } from './receive-transport.ts';
import { RepairStreams, takesFlexfec } from './repair-streams.ts';
import { rtpCounters } from './rtp-counters.ts';
import { selectedPath, type StatsEntry } from './selected-path.ts';

/** Younger than this, credentials leave time enough to find a path with them. */
const STALE_ICE_SERVERS_MS = (TURN_CREDENTIAL_LIFETIME_SECONDS * 1000) / 2;

/** One camera's picture on this transport. */
export interface LiveConsumer extends LiveSource {
  readonly id: string;
  readonly transport: LiveTransport;
}

export type LiveTransportState = 'new' | 'connecting' | 'connected' | 'disconnected' | 'failed' | 'closed';

export class LiveTransport extends Emitter<{ state: LiveTransportState }> {
  readonly epoch: number;
  readonly #signaling: SignalingClient;
  readonly #transport: Transport;
  readonly #repairs: RepairStreams;
  /** The server's. */
  readonly #candidates: readonly IceCandidate[];
  readonly #consumers = new Map<string, Consumer>();
  #iceServersAtMs = monotonicMs();

  /** @throws SignalingError, or UnsupportedError when the browser has no WebRTC, or none that mediasoup-client knows */
  static async open(signaling: SignalingClient): Promise<LiveTransport> {
    const { epoch } = signaling;
    const device = newDevice();
    // Neither needs the other's answer, and loading the device takes some ms while the transport is being made.
    const created = signaling.request('createWebRtcTransport', {});
    const loaded = loadDevice(device, signaling);
    try {
      const [parameters] = await Promise.all([created, loaded]);
      const repairs = new RepairStreams();
      const transport = receiveTransport(device, signaling, parameters, {}, repairs);
      return new LiveTransport(signaling, epoch, transport, repairs, parameters.iceCandidates);
    } catch (error) {
      // A page has few transports, so an unused one is closed.
      created
        .then(({ id }) => signaling.request('closeWebRtcTransport', { transportId: id }))
        .catch(() => undefined);
      throw error;
    }
  }

  private constructor(
    signaling: SignalingClient,
    epoch: number,
    transport: Transport,
    repairs: RepairStreams,
    candidates: readonly IceCandidate[],
  ) {
    super();
    this.#candidates = candidates;
    this.epoch = epoch;
    this.#signaling = signaling;
    this.#transport = transport;
    this.#repairs = repairs;
    transport.on('connectionstatechange', (state) => this.emit('state', state));
  }

  get id(): string {
    return this.#transport.id;
  }

  get state(): LiveTransportState {
    return this.#transport.connectionState;
  }

  /**
   * Prepares a camera's picture without sending it: path, keys and decoder are ready, and `resume` brings a fresh keyframe at
   * once.
   *
   * @throws SignalingError `cameraOffline`, `notFound`, `forbidden` …
   */
  async consume(cameraId: string): Promise<LiveConsumer> {
    await this.#freshenIceServers();
    const parameters = await this.#signaling.request('consume', {
      transportId: this.id,
      cameraId,
      takesFlexfec: takesFlexfec(),
    });
    this.#repairs.add(parameters.rtpParameters);
    const consumer = await this.#transport.consume({
      id: parameters.id,
      producerId: parameters.producerId,
      kind: parameters.kind,
      // wire/ imports nothing, so it knows header extensions by any URI; mediasoup-client lists the ones it knows.
      rtpParameters: parameters.rtpParameters as RtpParameters,
      streamId: parameters.id,
      onRtpReceiver: (receiver) => {
        receiver.jitterBufferTarget = 0;
      },
    });
    this.#consumers.set(consumer.id, consumer);
    return {
      id: consumer.id,
      transport: this,
      kind: 'video',
      track: consumer.track,
      captureUs: ({ rtpTimestamp }, presentedUs) =>
        rtpTimestamp === undefined ? null : captureTimeUs(parameters.captureClock, rtpTimestamp, presentedUs),
      counters: async () => this.#countersOf(await consumer.getStats()),
    };
  }

  #countersOf(reports: RTCStatsReport): SourceCounters | null {
    const counters = rtpCounters(reports);
    const path = selectedPath([...reports.values()] as StatsEntry[]);
    return counters && path ? { ...counters, path: mediaPath(path, this.#candidates) } : counters;
  }

  /** The search for a path begins with the first picture, which may be requested long after the transport was created. */
  async #freshenIceServers(): Promise<void> {
    const ageMs = monotonicMs() - this.#iceServersAtMs;
    if (this.state !== 'new' || ageMs < STALE_ICE_SERVERS_MS) return;
    const { iceServers } = await this.#signaling.request('getIceServers', {});
    await this.#updateIceServers(iceServers);
  }

  async #updateIceServers(iceServers: IceServer[]): Promise<void> {
    this.#iceServersAtMs = monotonicMs();
    await this.#transport.updateIceServers({ iceServers });
  }

  async pause(consumerId: string): Promise<void> {
    await this.#signaling.request('pauseConsumer', { consumerId });
  }

  async resume(consumerId: string): Promise<void> {
    await this.#signaling.request('resumeConsumer', { consumerId });
  }

  /** How large it is shown. Not waited for: it fails only when the consumer or the connection is gone. */
  setView(consumerId: string, view: ShownView): void {
    this.#signaling.request('setView', { consumerId, ...view }).catch(() => undefined);
  }

  /** Ends a picture on both sides; idempotent, and harmless when the server has ended its side already. */
  closeConsumer(consumerId: string): void {
    const consumer = this.#consumers.get(consumerId);
    if (!consumer) return;
    this.#consumers.delete(consumerId);
    consumer.close();
    this.#signaling.request('closeConsumer', { consumerId }).catch(() => undefined);
  }

  /** New ICE credentials and a new search for a path; the pictures continue over the new path. */
  async restartIce(): Promise<void> {
    const { iceParameters, iceServers } = await this.#signaling.request('restartIce', {
      transportId: this.id,
    });
    // A relay of the old path continues with the old credentials; one of the new path needs new ones.
    await this.#updateIceServers(iceServers);
    await this.#transport.restartIce({ iceParameters });
  }

  /** Idempotent. On a newer socket the server has ended its side already. */
  close(): void {
    this.#consumers.clear();
    if (!this.#transport.closed && this.epoch === this.#signaling.epoch) {
      this.#signaling.request('closeWebRtcTransport', { transportId: this.id }).catch(() => undefined);
    }
    this.#transport.close();
  }
}
