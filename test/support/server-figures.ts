/** Figures of the parts that an API test does not start. */

import { zeroIngestCounters } from '../../server/ingest/ingest-counters.ts';
import type { StatusSources } from '../../server/status/server-status.ts';

export const IDLE_PARTS: Pick<
  StatusSources,
  'sfu' | 'signaling' | 'transcoder' | 'ingest' | 'site' | 'grpc' | 'edges'
> = {
  sfu: {
    stats: {
      port: 8081,
      transports: 0,
      consumers: 0,
      viewersByPath: { udp: 0, tcp: 0, relay: 0 },
      viewers: [],
      socket: {
        received: 0,
        sent: 0,
        sendErrors: 0,
        dropped: 0,
        failed: 0,
        unknownAddress: 0,
        unknownUser: 0,
        badIntegrity: 0,
      },
      dtls: { malformed: 0, refusedFragments: 0, excess: 0 },
      tcp: null,
      relay: null,
      punching: null,
    },
  },
  signaling: { sessionCount: 0, displacedCount: 0, frameWatches: { open: 0, sent: 0, passedOver: 0 } },
  transcoder: {
    codecPids: [],
    codecFigures: { processes: [], deaths: 0, replaced: { idle: 0, large: 0 }, confined: [], aside: [] },
    encodingCount: 0,
    rungCounts: { full: 0, large: 0, small: 0, tiny: 0 },
  },
  grpc: undefined,
  edges: undefined,
  ingest: { counters: zeroIngestCounters() },
  site: { trust: { view: { problem: null } } },
};
