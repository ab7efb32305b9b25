/** The server's figures for administrators, without secrets and addresses. Counters never decrease. */

import { z } from 'zod';
import { count } from './fields.ts';
import { MAPPING_STATE } from './reach.ts';
import { SITE_CLOCK_VIEW } from './site.ts';
import { VIEWER_FIGURES } from './viewer-figures.ts';

const share = z.number().min(0);
/** Pictures sent to viewers; `passedOver`: replaced by newer ones. */
const PICTURE_COUNTERS = z.strictObject({ open: count, sent: count, passedOver: count });

const SFU_FIGURES = z.strictObject({
  port: count,
  transports: count,
  consumers: count,
  /** Viewers by the path their media takes. */
  viewersByPath: z.strictObject({ udp: count, tcp: count, relay: count }),
  /** The 50 on the narrowest lines, narrowest first. */
  viewers: z.array(VIEWER_FIGURES),
  /** Datagrams. */
  socket: z.strictObject({
    received: count,
    sent: count,
    sendErrors: count,
    dropped: count,
    failed: count,
    unknownAddress: count,
    unknownUser: count,
    badIntegrity: count,
  }),
  dtls: z.strictObject({ malformed: count, refusedFragments: count, excess: count }),
  /** Null when there is no TCP port. */
  tcp: z
    .strictObject({
      port: count,
      open: count,
      accepted: count,
      refused: count,
      displaced: count,
      received: count,
      sent: count,
      dropped: count,
      malformed: count,
      timedOut: count,
    })
    .nullable(),
  /** Null without a configured relay. */
  relay: z
    .strictObject({
      open: z.boolean(),
      allocated: count,
      lost: count,
      sent: count,
      received: count,
      unsent: count,
      failed: count,
    })
    .nullable(),
  /** Direct paths through the NAT in front of the server; null when they are turned off. */
  punching: z
    .strictObject({
      mapping: MAPPING_STATE,
      /** STUN requests. */
      asked: count,
      answered: count,
      /** Datagrams that open the NAT for viewers; `deferred`: those that waited because of a limit. */
      sent: count,
      deferred: count,
      /** Addresses that viewers named, by what became of them. */
      claimed: z.strictObject({
        accepted: count,
        known: count,
        foreign: count,
        reservedPort: count,
        tooMany: count,
      }),
      /** Viewers who came directly afterwards, and who did not. */
      outcomes: z.strictObject({ cameThrough: count, failed: count }),
    })
    .nullable(),
});

const CAPACITY_FIGURES = z.strictObject({
  /** 1 is full. */
  load: share,
  state: z.enum(['open', 'full']),
  /** Viewers that are sent pictures. */
  watching: count,
  /** Viewers times cameras. */
  streams: count,
  /** Refused streams and transports. */
  refused: count,
  /** The last sample; null before the first. */
  measured: z
    .strictObject({
      utilization: share,
      sendingShare: share,
      delayUs: z.number(),
      lateUs: z.number(),
      droppedShare: share,
    })
    .nullable(),
});

const CODEC_FIGURES = z.strictObject({
  processes: z.array(
    z.strictObject({ pid: count, residentMib: z.number().min(0), seats: count, confined: z.boolean() }),
  ),
  /** Processes that died since the start. */
  deaths: count,
  /** Processes replaced for their memory since the start. */
  replaced: z.strictObject({ idle: count, large: count }),
  /** Ids of cameras in a process for suspects. */
  confined: z.array(z.string()),
  /** Ids of cameras that are temporarily not encoded. */
  aside: z.array(z.string()),
});

const INGEST_FIGURES = z.strictObject({
  connections: count,
  welcomed: count,
  frames: count,
  jpegBytes: count,
  displaced: count,
  refused: z.strictObject({ wrongProtocol: count, stopping: count }),
  /** By the reasons of CAMERA_CLOSE; `left`: closed by the camera or the network. */
  closed: z.strictObject({
    handshakeTimeout: count,
    unauthorized: count,
    badMessage: count,
    badFrame: count,
    tooLarge: count,
    replaced: count,
    silent: count,
    removed: count,
    keyRotated: count,
    serverStopping: count,
    left: count,
  }),
  dropped: z.strictObject({ damaged: count, tooLarge: count, tooFast: count }),
  mended: z.strictObject({ trimmed: count, tablesAdded: count, metadataRemoved: count }),
});

const HTTP_FIGURES = z.strictObject({
  connections: z.strictObject({ open: count, refused: count, displaced: count }),
  requests: z.strictObject({
    unanswered: count,
    refused: z.strictObject({
      pipelined: count,
      tooSlow: count,
      tooFast: count,
      tooMany: count,
      displaced: count,
      malformed: count,
    }),
  }),
});

const GRPC_FIGURES = z.strictObject({
  /** Open; with streamed answers. */
  calls: count,
  refused: z.strictObject({ unauthorized: count, tooMany: count }),
  connections: z.strictObject({ open: count, refused: count, displaced: count }),
});

const EDGE_FIGURES = z.strictObject({
  /** Cameras that edges ask for, each edge by itself. */
  demands: count,
  /** Sizes of cameras that are sent to edges. */
  streams: count,
  frames: count,
  bytes: count,
  leftOut: count,
  tooLarge: count,
  malformed: count,
  otherVersion: count,
  keyframesRefused: count,
  demandsRefused: count,
  /** On the way to NATS, which has not confirmed them yet. */
  unconfirmedBytes: count,
  /** Requests of the edges’ clients. */
  tunnels: z.strictObject({
    open: count,
    opened: count,
    refused: count,
    unknown: count,
    malformed: count,
    otherVersion: count,
  }),
  nats: z.strictObject({ connected: count, refused: count }),
});

const STORE_FIGURES = z.strictObject({
  writes: z.strictObject({
    length: count,
    written: count,
    failed: count,
    dropped: count,
    refused: count,
    lost: count,
    locked: count,
    slowestMs: count,
    restarts: count,
  }),
  reads: z.strictObject({
    length: count,
    answered: count,
    refused: count,
    cancelled: count,
    restarts: count,
  }),
});

export const SERVER_STATUS = z.strictObject({
  sfu: SFU_FIGURES,
  capacity: CAPACITY_FIGURES,
  signalingSessions: count,
  signalingDisplaced: count,
  frameWatches: PICTURE_COUNTERS,
  mjpeg: PICTURE_COUNTERS,
  codecPids: z.array(count),
  codec: CODEC_FIGURES,
  /** Cameras being transcoded. */
  encoding: count,
  /** Open encoders by the size of their pictures. */
  rungs: z.strictObject({ full: count, large: count, small: count, tiny: count }),
  ingest: INGEST_FIGURES,
  pairing: z.strictObject({ made: count, paired: count, refused: count }),
  http: HTTP_FIGURES,
  /** Null without a port for gRPC. */
  grpc: GRPC_FIGURES.nullable(),
  /** Null while this server is not shown at edges. */
  edges: EDGE_FIGURES.nullable(),
  store: STORE_FIGURES,
  clock: SITE_CLOCK_VIEW,
  /** Memory of the process, in bytes. */
  memory: z.strictObject({
    rss: count,
    heapTotal: count,
    heapUsed: count,
    external: count,
    arrayBuffers: count,
  }),
});
export type ServerStatus = z.infer<typeof SERVER_STATUS>;
