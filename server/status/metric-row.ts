/** One metric of Prometheus, and those that a site and an edge share: what goes to viewers. */

import type { ServerStatus } from '../wire/server-status.ts';

/** One value, one for each word of the label, or none for now. */
export type MetricValues = number | null | undefined | Readonly<Record<string, number | null | undefined>>;

export interface MetricRow<Figures> {
  name: string;
  help: string;
  /** If missing, there is one value. */
  label?: string;
  read: (figures: Figures) => MetricValues;
}

export interface MetricRows<Figures> {
  gauges: readonly MetricRow<Figures>[];
  counters: readonly MetricRow<Figures>[];
}

export function metricRow<Figures>(
  name: string,
  help: string,
  read: MetricRow<Figures>['read'],
  label?: string,
): MetricRow<Figures> {
  return { name: `vigie_${name}`, help, read, ...(label !== undefined && { label }) };
}

export interface SharedFigures {
  status: Pick<ServerStatus, 'sfu' | 'capacity' | 'signalingSessions'>;
  version: string;
}

const row = metricRow<SharedFigures>;

export const VIEWER_METRICS: MetricRows<SharedFigures> = {
  gauges: [
    row('build_info', 'The version that runs', ({ version }) => ({ [version]: 1 }), 'version'),
    row('load_ratio', 'Load of the server; 1 is full', ({ status }) => status.capacity.load),
    row('viewers', 'Viewers that are sent pictures', ({ status }) => status.capacity.watching),
    row('streams', 'Viewers times cameras', ({ status }) => status.capacity.streams),
    row('rtc_transports', 'WebRTC connections', ({ status }) => status.sfu.transports),
    row('rtc_consumers', 'Cameras over WebRTC connections', ({ status }) => status.sfu.consumers),
    row('rtc_viewers', 'WebRTC connections by their path', ({ status }) => status.sfu.viewersByPath, 'path'),
    row('signaling_sessions', 'WebSockets of viewers', ({ status }) => status.signalingSessions),
  ],
  counters: [
    row(
      'streams_refused_total',
      'Streams and transports refused because the server was full',
      ({ status }) => status.capacity.refused,
    ),
    row('rtc_datagrams_received_total', 'Datagrams of viewers', ({ status }) => status.sfu.socket.received),
    row('rtc_datagrams_sent_total', 'Datagrams to viewers', ({ status }) => status.sfu.socket.sent),
    row(
      'rtc_datagrams_discarded_total',
      'Datagrams that went no further',
      ({ status: { sfu } }) => {
        const { dropped, failed, sendErrors, unknownAddress, unknownUser, badIntegrity } = sfu.socket;
        return { dropped, failed, sendErrors, unknownAddress, unknownUser, badIntegrity };
      },
      'reason',
    ),
    row(
      'rtc_punches_sent_total',
      'Datagrams that opened the NAT for viewers',
      ({ status }) => status.sfu.punching?.sent,
    ),
    row(
      'rtc_punches_deferred_total',
      'Such datagrams that waited because of a limit',
      ({ status }) => status.sfu.punching?.deferred,
    ),
    row(
      'rtc_claimed_addresses_total',
      'Addresses that viewers named for their media',
      ({ status }) => status.sfu.punching?.claimed,
      'outcome',
    ),
    row(
      'rtc_punched_viewers_total',
      'Viewers who came directly afterwards, and who did not',
      ({ status }) => status.sfu.punching?.outcomes,
      'outcome',
    ),
  ],
};
