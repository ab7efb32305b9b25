/**
 * One browser's transport: ICE path, DTLS, SRTP and the consumers that share them.
 *
 * Closing it closes its consumers. It closes itself when the viewer is gone: no authentic connectivity check for
 * CONSENT_TIMEOUT_US (RFC 7675), or no finished DTLS handshake.
 */

import { EventEmitter } from 'node:events';
import { randomInt, randomUUID } from 'node:crypto';
import type { Clock } from '../core/clock.ts';
import { referenceTimeAnswer, type ReferenceTime } from '../core/rtp/extended-report.ts';
import type { RtpFormat } from '../core/rtp/rtp-format.ts';
import type { ViewerFeedback } from '../core/rtp/rtcp-feedback.ts';
import type { ViewerLine } from '../core/rtp/viewer-line.ts';
import type { TransportAddress } from '../core/stun-turn/stun-address.ts';
import { TokenBucket } from '../core/token-bucket.ts';
import { VigieError } from '../errors.ts';
import type { Log } from '../log.ts';
import type { DtlsParameters, IceParameters } from '../wire/signaling.ts';
import type { PictureQuality } from '../wire/shown-view.ts';
import type { DirectObstacle } from '../wire/reach.ts';
import type { ViewerFigures } from '../wire/viewer-figures.ts';
import type { CameraTracks } from './camera-tracks.ts';
import { Consumer } from './consumer.ts';
import { IceLiteAgent } from './ice-lite-agent.ts';
import type { IceUsers } from './ice-users.ts';
import { LineControl } from './line-control.ts';
import type { ViewerPaths } from './server-paths.ts';
import type { Path } from './path.ts';
import type { OutgoingPacket, RtpPath } from './rtp-stream.ts';
import { viewerFigures } from './viewer-figures.ts';
import { WeriftDtls, type DtlsCounters, type SrtpProtector } from './werift-dtls.ts';

export type TransportCloseReason = 'requested' | 'timeout' | 'dtls' | 'serverStopping';

const CONSENT_TIMEOUT_US = 20_000_000;
const DTLS_TIMEOUT_US = 15_000_000;
const LOG_INTERVAL_US = 10_000_000;
/** Reference times: one a second and camera, and more at the beginning. */
const ANSWERS_PER_SECOND = 128;
/** More cameras than this on one page is a mistake or an attack. */
const MAX_CONSUMERS = 64;

export class ViewerTransport
  extends EventEmitter<{
    close: [TransportCloseReason];
    figures: [ViewerFigures];
    outdated: [];
  }>
  implements RtpPath
{
  readonly id = randomUUID();
  readonly consumers = new Map<string, Consumer>();
  readonly #paths: ViewerPaths;
  readonly #control: LineControl;
  readonly #consumersBySsrc = new Map<number, Consumer>();
  readonly #ice: IceLiteAgent;
  readonly #dtls: WeriftDtls;
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #answers: TokenBucket;
  readonly #cname = randomUUID().slice(0, 16);
  /** SSRCs and mids are never reused in a transport: SRTP's key stream depends on the SSRC. */
  #nextSsrc = randomInt(1, 2 ** 31);
  #nextMid = 0;
  #srtp: SrtpProtector | undefined;
  /** The one that `line` is about. */
  #path: Path | undefined;
  #connectedUs: number | undefined;
  #loggedUs = -Infinity;
  #closed = false;

  constructor(paths: ViewerPaths, users: IceUsers, dtlsCounters: DtlsCounters, clock: Clock, log: Log) {
    super();
    this.#paths = paths;
    this.#clock = clock;
    this.#control = new LineControl({
      clock,
      send: (datagram) => this.#ice.send(datagram),
      padding: (bytes) => this.#padding(bytes),
    });
    this.#answers = new TokenBucket(ANSWERS_PER_SECOND, ANSWERS_PER_SECOND, clock());
    this.#log = log.child({ transportId: this.id });
    this.#ice = new IceLiteAgent(users, clock);
    this.#dtls = new WeriftDtls(
      (datagram) => this.#ice.send(datagram),
      (feedback) => this.#onFeedback(feedback),
      dtlsCounters,
    );
    this.#ice.onData = (datagram) => this.#dtls.receive(datagram);
    this.#ice.onCheck = (path) => paths.onCheck(path);
  }

  get iceParameters(): IceParameters {
    return this.#ice.parameters;
  }

  get srtp(): SrtpProtector | undefined {
    return this.#srtp;
  }

  get line(): ViewerLine {
    return this.#control.line;
  }

  get isFilling(): boolean {
    return this.#ice.isFilling || this.#control.isFilling;
  }

  get isFull(): boolean {
    return this.#ice.isFull || this.#control.isFull;
  }

  replace(ssrc: number, bytes: number): boolean {
    return !this.#ice.isFull && this.#control.replace(ssrc, bytes);
  }

  /** Why a direct path is not to be expected, as far as it is known; null: it is. */
  get obstacle(): DirectObstacle | null {
    return this.#paths.obstacle;
  }

  /** Kind of the path in use now. */
  get pathKind(): Path['kind'] | undefined {
    return this.#ice.selected?.kind;
  }

  send(packet: OutgoingPacket): boolean {
    if (!this.#ice.selected || this.#closed) return false;
    this.#control.send(packet);
    return true;
  }

  /**
   * Accepts the viewer with these fingerprints; returns at once, the handshake arrives over the path.
   *
   * @throws VigieError `conflict` when called twice
   */
  connect({ fingerprints }: DtlsParameters): void {
    if (this.#connectedUs !== undefined)
      throw new VigieError('conflict', 'this transport is connected already');
    this.#connectedUs = this.#clock();
    const onFailure = (error: unknown): void => {
      this.#log.warn({ err: error }, 'DTLS failed');
      this.close('dtls');
    };
    this.#dtls.connect(fingerprints).then((srtp) => this.#onConnected(srtp), onFailure);
  }

  /** The server's addresses have changed: for most viewers, if not for all. */
  outdate(): void {
    if (this.#paths.isOutdated) this.emit('outdated');
  }

  /** Addresses from which this viewer's media comes, as its browser sees them. */
  addIceCandidates(candidates: readonly TransportAddress[]): void {
    for (const candidate of candidates) this.#paths.claim(candidate);
  }

  setQuality(quality: PictureQuality): void {
    this.#control.allocation.setQuality(quality, this.#clock());
  }

  restartIce(): IceParameters {
    return this.#ice.restart();
  }

  /** @throws VigieError `tooManyRequests` above 64 consumers */
  consume(tracks: CameraTracks, format: RtpFormat): Consumer {
    if (this.consumers.size >= MAX_CONSUMERS)
      throw new VigieError('tooManyRequests', `one page shows at most ${MAX_CONSUMERS} cameras`);
    const identity = {
      mid: String(this.#nextMid++),
      ssrc: this.#nextSsrc++,
      rtxSsrc: format.rtx === undefined ? undefined : this.#nextSsrc++,
      fecSsrc: format.flexfec === undefined ? undefined : this.#nextSsrc++,
      format,
      cname: this.#cname,
    };
    const isOpen = this.#srtp !== undefined;
    const consumer = new Consumer(randomUUID(), identity, tracks, this, this.#control.allocation, isOpen);
    this.consumers.set(consumer.id, consumer);
    for (const ssrc of consumer.ssrcs) this.#consumersBySsrc.set(ssrc, consumer);
    consumer.once('close', () => {
      this.consumers.delete(consumer.id);
      for (const ssrc of consumer.ssrcs) this.#consumersBySsrc.delete(ssrc);
      this.#dtls.forget(consumer.ssrcs);
    });
    return consumer;
  }

  /** Sends due RTCP, and closes the transport of a viewer that is gone; call it about once a second. */
  tick(nowUs: number): void {
    if (this.#closed || this.#connectedUs === undefined) return;
    if (!this.#srtp && nowUs - this.#connectedUs > DTLS_TIMEOUT_US) return this.close('dtls');
    if (nowUs - Math.max(this.#ice.consentUs, this.#connectedUs) > CONSENT_TIMEOUT_US)
      return this.close('timeout');
    this.#followPath(nowUs);
    this.#control.tick(nowUs);
    for (const consumer of this.consumers.values()) {
      const packets = consumer.report(nowUs);
      if (packets.length > 0) this.#dtls.sendRtcp(packets.map((packet) => packet.serialize()));
    }
    this.#measure(nowUs);
  }

  close(reason: TransportCloseReason): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#control.close();
    for (const consumer of this.consumers.values()) consumer.close('transportClosed');
    this.#dtls.close();
    this.#ice.close();
    this.#paths.close();
    this.#srtp = undefined;
    this.emit('close', reason);
    this.removeAllListeners();
  }

  #measure(nowUs: number): void {
    if (this.consumers.size === 0) return;
    const figures = viewerFigures(this, nowUs);
    this.emit('figures', figures);
    if (nowUs - this.#loggedUs < LOG_INTERVAL_US) return;
    this.#loggedUs = nowUs;
    this.#log.debug(figures, 'viewer measured');
  }

  #followPath(nowUs: number): void {
    const { selected } = this.#ice;
    if (this.#path && selected !== this.#path) this.#control.restart(nowUs);
    this.#path = selected;
  }

  #onConnected(srtp: SrtpProtector): void {
    if (this.#closed) return;
    this.#srtp = srtp;
    this.#log.debug('viewer connected');
    for (const consumer of this.consumers.values()) consumer.openPath();
  }

  #onFeedback(feedback: ViewerFeedback): void {
    if (feedback.kind === 'referenceTime') return this.#answer(feedback);
    if (feedback.kind === 'transport' || feedback.kind === 'remb')
      return this.#control.onFeedback(feedback, this.#ice.isFull);
    this.#consumersBySsrc.get(feedback.ssrc)?.onFeedback(feedback, this.#clock());
  }

  #padding(bytes: number): OutgoingPacket | undefined {
    for (const consumer of this.consumers.values()) {
      const packet = consumer.padding(bytes);
      if (packet) return packet;
    }
    return undefined;
  }

  #answer(time: ReferenceTime): void {
    const [senderSsrc] = this.#consumersBySsrc.keys();
    if (senderSsrc === undefined || !this.#answers.take(this.#clock())) return;
    this.#dtls.sendRtcp([referenceTimeAnswer(senderSsrc, time)]);
  }
}
