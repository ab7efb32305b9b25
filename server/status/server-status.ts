/**
 * The server's figures for administrators, gathered from the parts that count; main.ts passes them.
 *
 * Invariant: each figure is named in wire/server-status.ts; the tests fail for any other key.
 */

import type { ServerStatus } from '../wire/server-status.ts';

/** The figures of each part. */
export interface StatusSources {
  sfu: { readonly stats: ServerStatus['sfu'] };
  capacity: { readonly stats: ServerStatus['capacity'] };
  signaling: {
    readonly sessionCount: number;
    readonly displacedCount: number;
    readonly frameWatches: ServerStatus['frameWatches'];
  };
  mjpeg: { readonly counters: ServerStatus['mjpeg'] };
  transcoder: {
    readonly codecPids: number[];
    readonly codecFigures: ServerStatus['codec'];
    readonly encodingCount: number;
    readonly rungCounts: ServerStatus['rungs'];
  };
  ingest: { readonly counters: ServerStatus['ingest'] };
  pairing: { readonly counters: ServerStatus['pairing'] };
  http: { readonly counters: ServerStatus['http'] };
  /** Undefined without a port for it. */
  grpc: { readonly counters: NonNullable<ServerStatus['grpc']> } | undefined;
  /** Undefined where this server is shown at no edges. */
  edges: { readonly figures: ServerStatus['edges'] } | undefined;
  store: { readonly figures: ServerStatus['store'] };
  site: { readonly trust: { readonly view: ServerStatus['clock'] } };
}

export function serverStatus(sources: StatusSources): ServerStatus {
  const { sfu, capacity, signaling, mjpeg, transcoder, ingest, pairing, http, grpc, edges, store, site } =
    sources;
  const { rss, heapTotal, heapUsed, external, arrayBuffers } = process.memoryUsage();
  return {
    sfu: sfu.stats,
    capacity: capacity.stats,
    signalingSessions: signaling.sessionCount,
    signalingDisplaced: signaling.displacedCount,
    frameWatches: signaling.frameWatches,
    mjpeg: mjpeg.counters,
    codecPids: transcoder.codecPids,
    codec: transcoder.codecFigures,
    encoding: transcoder.encodingCount,
    rungs: transcoder.rungCounts,
    ingest: ingest.counters,
    pairing: pairing.counters,
    http: http.counters,
    grpc: grpc?.counters ?? null,
    edges: edges?.figures ?? null,
    store: store.figures,
    clock: site.trust.view,
    memory: { rss, heapTotal, heapUsed, external, arrayBuffers },
  };
}
