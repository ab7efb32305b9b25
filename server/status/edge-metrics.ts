/** The metrics of an edge: what goes to its viewers, and how the frames of its site arrive. */

import { AGE_CLASSES_MS, type HopCounters } from '../core/edges/hop-figures.ts';
import { metricRow, VIEWER_METRICS, type MetricRows, type SharedFigures } from './metric-row.ts';

export interface EdgeFigures extends SharedFigures {
  /** By site. */
  hops: Readonly<Record<string, HopCounters>>;
  /** Whether the site takes this edge. */
  isReached: boolean;
  nats: { isOpen: boolean; connected: number; refused: number };
  /** Requests and pages that go to the site. */
  tunnels: number;
}

const row = metricRow<EdgeFigures>;

/** The sum over all sites. */
function sum(hops: EdgeFigures['hops'], read: (hop: HopCounters) => number): number {
  return Object.values(hops).reduce((total, hop) => total + read(hop), 0);
}

function ages(hops: EdgeFigures['hops']): Record<string, number> {
  const words = [...AGE_CLASSES_MS.map((ms) => `${ms / 1000}`), 'more'];
  return Object.fromEntries(words.map((word, at) => [word, sum(hops, ({ byAge }) => byAge[at] ?? 0)]));
}

export const EDGE_METRICS: MetricRows<EdgeFigures> = {
  gauges: [
    ...VIEWER_METRICS.gauges,
    row('hop_site_reached', 'Whether the site takes this edge', ({ isReached }) => Number(isReached)),
    row('hop_nats_connected', 'Whether NATS is connected', ({ nats }) => Number(nats.isOpen)),
    row('hop_requests', 'Requests and pages that go to the site', ({ tunnels }) => tunnels),
  ],
  counters: [
    ...VIEWER_METRICS.counters,
    row('hop_frames_total', 'Frames that came from the site', ({ hops }) =>
      sum(hops, ({ frames }) => frames),
    ),
    row('hop_bytes_total', 'Bytes of these frames', ({ hops }) => sum(hops, ({ bytes }) => bytes)),
    row(
      'hop_frames_by_age_total',
      'Frames by their age on arrival, since they were encoded: at most so many seconds, and more than the class before',
      ({ hops }) => ages(hops),
      'seconds',
    ),
    row(
      'hop_frames_unusable_total',
      'Frames that were not shown',
      ({ hops }) => ({
        missing: sum(hops, ({ missing }) => missing),
        undecodable: sum(hops, ({ undecodable }) => undecodable),
        late: sum(hops, ({ late }) => late),
        malformed: sum(hops, ({ malformed }) => malformed),
        sealed: sum(hops, ({ sealed }) => sealed),
        repeated: sum(hops, ({ repeated }) => repeated),
      }),
      'reason',
    ),
    row('hop_keyframe_requests_total', 'Keyframes that the site was asked for', ({ hops }) =>
      sum(hops, ({ keyframeRequests }) => keyframeRequests),
    ),
    row('hop_demands_unanswered_total', 'Demands that the site did not answer', ({ hops }) =>
      sum(hops, ({ unanswered }) => unanswered),
    ),
    row('hop_nats_connections_total', 'Connections to NATS since the start', ({ nats }) => nats.connected),
    row('hop_nats_refused_total', 'Messages that NATS refused', ({ nats }) => nats.refused),
  ],
};
