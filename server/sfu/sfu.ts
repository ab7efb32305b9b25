/**
 * The selective forwarding unit: encoded video of the cameras in, one transport per viewer out.
 *
 * It knows no users and rights: the signaling decides who may `consume` which camera.
 */

import type { LoadSample } from '../core/admission.ts';
import type { Clock } from '../core/clock.ts';
import type { RtpFormat } from '../core/rtp/rtp-format.ts';
import type { FrameSource } from '../core/video/frame-source.ts';
import { VigieError } from '../errors.ts';
import type { Log } from '../log.ts';
import type { MappingView } from '../wire/connection-check.ts';
import type { ViewerFigures } from '../wire/viewer-figures.ts';
import type { DtlsFingerprint, RtpCapabilities, TransportParameters } from '../wire/signaling.ts';
import { CameraTracks } from './camera-tracks.ts';
import type { Consumer } from './consumer.ts';
import { IceUsers } from './ice-users.ts';
import { LoadProbe } from './load-probe.ts';
import type { Path } from './path.ts';
import { RtcTcpListener } from './rtc-tcp-listener.ts';
import { RtcSocket } from './rtc-socket.ts';
import { pageFormat, ROUTER_RTP_CAPABILITIES } from './rtp-parameters.ts';
import { ServerPaths, type PathFigures, type ServerPathsOptions } from './server-paths.ts';
import { narrowestViewers } from './viewer-figures.ts';
import { ViewerTransport } from './viewer-transport.ts';
import { localFingerprint, type DtlsCounters } from './werift-dtls.ts';

export interface SfuOptions extends Pick<
  ServerPathsOptions,
  'announcedAddresses' | 'relay' | 'relayOnly' | 'punching' | 'viewersHaveRelay'
> {
  /** The one UDP port; 0 lets the system choose. */
  rtcPort: number;
  /** The one TCP port for viewers without UDP; 0 lets the system choose, undefined opens none. */
  rtcTcpPort?: number | undefined;
  video: FrameSource;
  /** Whether somebody is signed in, who may watch at any moment. Default: nobody. */
  isAttended?: () => boolean;
  /** Called a few times per second with the load of the path that sends video. */
  onLoad?: (sample: LoadSample, nowUs: number) => void;
  clock: Clock;
  log: Log;
}

export interface SfuStats extends PathFigures {
  port: number;
  transports: number;
  consumers: number;
  /** Viewers by the path their media takes. */
  viewersByPath: Record<Path['kind'], number>;
  /** Those on the narrowest lines first. */
  viewers: ViewerFigures[];
  /** Datagrams of the UDP socket, by how they were handled. */
  socket: RtcSocket['counters'] & { unknownAddress: number; unknownUser: number; badIntegrity: number };
  dtls: DtlsCounters;
  /** Null when there is no TCP port. */
  tcp: (RtcTcpListener['counters'] & { port: number; open: number }) | null;
}

/** A transport costs about 0.4 MB; this bounds the memory of a flood. */
const MAX_TRANSPORTS = 1000;
const TICK_MS = 1000;

export class Sfu {
  readonly rtpCapabilities: RtpCapabilities = ROUTER_RTP_CAPABILITIES;
  readonly #options: SfuOptions;
  readonly #users: IceUsers;
  readonly #socket: RtcSocket;
  readonly #tcp: RtcTcpListener | undefined;
  readonly #paths: ServerPaths;
  readonly #fingerprint: DtlsFingerprint;
  readonly #transports = new Map<string, ViewerTransport>();
  readonly #dtlsCounters: DtlsCounters = { malformed: 0, refusedFragments: 0, excess: 0 };
  readonly #tracks = new Map<string, CameraTracks>();
  readonly #load: LoadProbe;
  readonly #timer: NodeJS.Timeout;
  #closed = false;

  /** @throws VigieError `configuration` when a port is taken */
  static async open(options: SfuOptions): Promise<Sfu> {
    const users = new IceUsers();
    // A viewer could try its check at every address of the internet, and learn by the answer which one is this server's.
    const directUsers = options.relayOnly ? new IceUsers() : users;
    const [fingerprint, socket] = await Promise.all([
      localFingerprint(),
      RtcSocket.open(options.rtcPort, directUsers, options.log),
    ]);
    try {
      const { rtcTcpPort: port, log } = options;
      const tcp =
        port === undefined ? undefined : await RtcTcpListener.open({ port, users: directUsers, log });
      return new Sfu(options, users, socket, tcp, fingerprint);
    } catch (error) {
      await socket.close();
      throw error;
    }
  }

  private constructor(
    options: SfuOptions,
    users: IceUsers,
    socket: RtcSocket,
    tcp: RtcTcpListener | undefined,
    fingerprint: DtlsFingerprint,
  ) {
    this.#tcp = tcp;
    this.#options = options;
    this.#users = users;
    this.#socket = socket;
    this.#fingerprint = fingerprint;
    const isAttended = (): boolean => this.#transports.size > 0 || options.isAttended?.() === true;
    const onChange = (): void => {
      for (const transport of this.#transports.values()) transport.outdate();
    };
    this.#paths = new ServerPaths({ ...options, socket, tcpPort: tcp?.port, users, isAttended, onChange });
    this.#load = new LoadProbe({
      clock: options.clock,
      datagrams: () => socket.counters,
      onSample: (sample, nowUs) => options.onLoad?.(sample, nowUs),
    });
    this.#timer = setInterval(() => this.#tick(), TICK_MS);
  }

  get port(): number {
    return this.#socket.port;
  }

  /** Undefined when viewers may not connect by TCP. */
  get tcpPort(): number | undefined {
    return this.#tcp?.port;
  }

  /** The announced addresses, with names resolved. */
  get announcedAddresses(): string[] {
    return this.#paths.announced;
  }

  /** Null when the server does not find it out. */
  get mapping(): MappingView | null {
    return this.#paths.mapping;
  }

  get stats(): SfuStats {
    let consumers = 0;
    const viewersByPath = { udp: 0, tcp: 0, relay: 0 };
    for (const transport of this.#transports.values()) {
      consumers += transport.consumers.size;
      if (transport.pathKind) viewersByPath[transport.pathKind]++;
    }
    const { counters, unknownAddress } = this.#socket;
    const { unknownUser, badIntegrity } = this.#users;
    const socket = { ...counters, unknownAddress, unknownUser, badIntegrity };
    const tcp = this.#tcp ? { ...this.#tcp.counters, port: this.#tcp.port, open: this.#tcp.openCount } : null;
    const dtls = { ...this.#dtlsCounters };
    const viewers = narrowestViewers(this.#transports.values(), this.#options.clock());
    return {
      port: this.port,
      transports: this.#transports.size,
      consumers,
      viewersByPath,
      viewers,
      socket,
      dtls,
      tcp,
      ...this.#paths.figures,
    };
  }

  /**
   * @param viewerAddress where the viewer signals from: its media most likely comes from there too
   * @throws VigieError `unavailable` when the server is full or stopping
   */
  createTransport(viewerAddress: string): ViewerTransport {
    if (this.#closed) throw new VigieError('unavailable', 'the server is stopping');
    if (this.#transports.size >= MAX_TRANSPORTS)
      throw new VigieError('unavailable', 'too many viewers at the moment');
    const { clock, log } = this.#options;
    const paths = this.#paths.openFor(viewerAddress);
    const transport = new ViewerTransport(paths, this.#users, this.#dtlsCounters, clock, log);
    this.#transports.set(transport.id, transport);
    transport.once('close', () => this.#transports.delete(transport.id));
    return transport;
  }

  /** @param viewerAddress where the viewer signals from: the server's own machine gets loopback candidates */
  transportParameters(
    transport: ViewerTransport,
    viewerAddress: string,
  ): Omit<TransportParameters, 'iceServers'> {
    return {
      id: transport.id,
      iceParameters: transport.iceParameters,
      iceCandidates: this.#paths.candidatesFor(viewerAddress),
      dtlsParameters: { role: 'server', fingerprints: [this.#fingerprint] },
    };
  }

  /**
   * The consumer starts paused.
   *
   * @param takesFlexfec whether the viewer's browser understands forward error correction
   * @throws VigieError `tooManyRequests`
   */
  consume(transport: ViewerTransport, cameraId: string, takesFlexfec = false): Consumer {
    return this.consumeAs(transport, cameraId, pageFormat(takesFlexfec));
  }

  /** Like `consume`, in the numbers of this viewer. @throws VigieError `tooManyRequests` */
  consumeAs(transport: ViewerTransport, cameraId: string, format: RtpFormat): Consumer {
    const { video, clock } = this.#options;
    const tracks =
      this.#tracks.get(cameraId) ??
      new CameraTracks(cameraId, video, clock, (...times) => this.#load.frameSent(...times));
    this.#tracks.set(cameraId, tracks);
    return transport.consume(tracks, format);
  }

  /** The camera was removed: its consumers are closed. */
  removeCamera(cameraId: string): void {
    this.#endCamera(cameraId, 'cameraRemoved');
  }

  /** A camera that is off has no consumers; new ones are refused where they are asked for. */
  switchCamera(cameraId: string, off: boolean): void {
    if (off) this.#endCamera(cameraId, 'cameraOff');
  }

  #endCamera(cameraId: string, reason: 'cameraRemoved' | 'cameraOff'): void {
    this.#tracks.get(cameraId)?.close();
    for (const transport of this.#transports.values()) {
      for (const consumer of transport.consumers.values()) {
        if (consumer.cameraId === cameraId) consumer.close(reason);
      }
    }
    this.#tracks.delete(cameraId);
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    clearInterval(this.#timer);
    this.#load.close();
    for (const transport of this.#transports.values()) transport.close('serverStopping');
    this.#paths.close();
    await Promise.all([this.#socket.close(), this.#tcp?.close()]);
  }

  #tick(): void {
    const nowUs = this.#options.clock();
    for (const transport of this.#transports.values()) transport.tick(nowUs);
  }
}
