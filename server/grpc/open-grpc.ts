/**
 * The gRPC interface: vigie.v1 (server/wire/vigie/v1/vigie.proto), health and reflection, on a separate port.
 *
 * Invariant: it opens only if a port is set; no client affects another client, or a viewer.
 */

import { type Server, ServerCredentials } from '@grpc/grpc-js';
import { ReflectionService } from '@grpc/reflection';
import { loadSync } from '@grpc/proto-loader';
import { HealthImplementation, protoPath as healthProto } from 'grpc-health-check';
import type { Accounts } from '../accounts/accounts.ts';
import type { Capacity } from '../core/capacity.ts';
import type { CertificatePair } from '../core/certificate-pair.ts';
import type { Clock } from '../core/clock.ts';
import type { CameraPublishing } from '../core/link/publishing.ts';
import type { SiteTime } from '../core/site-clock.ts';
import type { CameraFrames } from '../core/video/camera-frame.ts';
import type { EncodedVideo } from '../core/video/encoded-frame.ts';
import type { ScaleFrame } from '../core/video/scaled-frames.ts';
import type { ConnectionOf } from '../http/client-connection.ts';
import type { IsTrustedProxy } from '../http/trusted-proxies.ts';
import type { Log } from '../log.ts';
import type { EventView } from '../wire/event.ts';
import { CallAdmission, HEALTH_NAMES } from './call-admission.ts';
import { CallLeases } from './call-lease.ts';
import { GrpcListener } from './grpc-listener.ts';
import { handlers } from './handlers.ts';
import type { ListCamerasParts } from './list-cameras.ts';
import { LiveStreams, type LiveStreamsOptions } from './live-streams.ts';
import { OpenCalls } from './open-calls.ts';
import { PublishRoom } from './publish-room.ts';
import type { DetectionReports } from './report-detections.ts';
import { framesOnce, loadProto, TolerantServer } from './service-definition.ts';
import { EncodedWatches } from './watch-encoded.ts';
import { EventWatches } from './watch-events.ts';

export interface OpenGrpcOptions {
  /** 0: any free port. */
  port: number;
  /** Undefined: all addresses. */
  host: string | undefined;
  /** As the web port has it; undefined: none. */
  certificate: CertificatePair | undefined;
  isTrustedProxy: IsTrustedProxy;
  connectionOf: ConnectionOf;
  accounts: Accounts;
  cameras: ListCamerasParts['cameras'];
  catalog: ListCamerasParts['catalog'] & { assertHasKey(cameraId: string): void };
  frames: CameraFrames;
  video: EncodedVideo;
  scaleFrame: ScaleFrame;
  publishing: CameraPublishing;
  capacity: Capacity;
  detections: DetectionReports;
  onStream: LiveStreamsOptions['onStream'];
  time: SiteTime;
  clock: Clock;
  log: Log;
  firstMessageTimeoutMs?: number;
  keepalive?: { everyMs: number; timeoutMs: number };
}

/** A thousand cameras named; larger ones are for PublishFrames alone (call-admission.ts). */
const MAX_RECEIVED_BYTES = 128 * 1024;
const MAX_CALLS_PER_CONNECTION = 100;
/** It detects a client whose machine is down. */
const KEEPALIVE_MS = 20_000;
const KEEPALIVE_TIMEOUT_MS = 10_000;
/** A connection without calls. */
const IDLE_MS = 120_000;
/** Time for clients to read that the server stops. */
const GRACE_MS = 500;

export class GrpcInterface {
  readonly #options: OpenGrpcOptions;
  readonly #server: Server;
  readonly #listener: GrpcListener;
  readonly #admission: CallAdmission;
  readonly #calls = new OpenCalls();
  readonly #live: LiveStreams;
  readonly #events: EventWatches;
  readonly #health: HealthImplementation;
  readonly #log: Log;
  #closing: Promise<void> | undefined;

  constructor(options: OpenGrpcOptions) {
    this.#options = options;
    const { certificate, isTrustedProxy, accounts, time } = options;
    const { keepalive = { everyMs: KEEPALIVE_MS, timeoutMs: KEEPALIVE_TIMEOUT_MS } } = options;
    const log = options.log.child({ component: 'grpc' });
    this.#log = log;
    this.#admission = new CallAdmission({
      ...options,
      encrypted: certificate !== undefined,
      onCall: (peer) => this.#listener.onCall(peer),
      onRefused: (peer) => this.#listener.onRefused(peer),
      log,
    });
    this.#server = new TolerantServer({
      'grpc.max_receive_message_length': MAX_RECEIVED_BYTES,
      'grpc.max_concurrent_streams': MAX_CALLS_PER_CONNECTION,
      'grpc.keepalive_time_ms': keepalive.everyMs,
      'grpc.keepalive_timeout_ms': keepalive.timeoutMs,
      'grpc.max_connection_idle_ms': IDLE_MS,
      'grpc.enable_channelz': 0,
      interceptors: [this.#admission.interceptor],
    });
    // TLS is terminated in front of it: policy and renewal of the certificate are those of the web port.
    const injector = this.#server.createConnectionInjector(ServerCredentials.createInsecure());
    this.#listener = new GrpcListener({
      certificate,
      isTrustedProxy,
      onConnection: (connection) => injector.injectConnection(connection),
      log,
    });
    const admission = this.#admission;
    const leases = new CallLeases({ accounts, admission, nowMs: () => time.nowMs() });
    const shared = {
      access: accounts.access,
      admission,
      leases,
      calls: this.#calls,
      room: new PublishRoom(),
    };
    this.#live = new LiveStreams({ ...options, ...shared });
    this.#events = new EventWatches(shared);
    const encoded = new EncodedWatches({ ...options, live: this.#live, dates: time });
    const proto = loadProto();
    const { described, service } = proto;
    const { catalog } = options;
    const parts = {
      ...options,
      ...shared,
      live: this.#live,
      encoded,
      events: this.#events,
      once: framesOnce(proto),
      dates: time,
      log,
    };
    this.#server.addService(
      service,
      handlers({ ...parts, assertPublishable: (cameraId) => catalog.assertHasKey(cameraId) }),
    );
    this.#health = new HealthImplementation();
    this.#health.addToServer(this.#server);
    new ReflectionService({ ...described, ...loadSync(healthProto, { keepCase: true }) }).addToServer(
      this.#server,
    );
  }

  /** Calls with streamed answers; calls of every kind that were refused; connections. */
  get counters(): {
    calls: number;
    refused: { unauthorized: number; tooMany: number };
    connections: GrpcListener['counters'];
  } {
    const { unauthorized, tooMany } = this.#admission.refused;
    return {
      calls: this.#calls.size,
      refused: { unauthorized, tooMany: tooMany + this.#calls.refused },
      connections: this.#listener.counters,
    };
  }

  /** @returns the port @throws VigieError `configuration` when it is not available */
  async listen(): Promise<number> {
    const { port, host } = this.#options;
    const opened = await this.#listener.listen(port, host);
    for (const name of HEALTH_NAMES) this.#health.setStatus(name, 'SERVING');
    this.#log.info({ port: opened }, 'gRPC interface opened');
    return opened;
  }

  setCertificate(pair: CertificatePair): void {
    this.#listener.setCertificate(pair);
  }

  /** A camera was switched off for privacy, or on again. */
  switchCamera(cameraId: string, off: boolean): void {
    this.#live.switchCamera(cameraId, off);
  }

  onEvent(event: EventView): void {
    this.#events.onEvent(event);
  }

  /** Idempotent. Tells the clients. */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    this.#listener.stopListening();
    for (const name of HEALTH_NAMES) this.#health.setStatus(name, 'NOT_SERVING');
    this.#calls.close();
    const { promise, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, GRACE_MS);
    this.#server.tryShutdown(() => resolve());
    await promise;
    clearTimeout(timer);
    this.#server.forceShutdown();
    this.#listener.close();
  }
}
