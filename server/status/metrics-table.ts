/**
 * The metrics for Prometheus, by its conventions: base units, `_total` for what only grows. Each reads one figure.
 *
 * Invariant: labels have few values: the id of a camera, or words of this file and of wire/server-status.ts.
 */

import type { CameraFigures } from '../core/cameras.ts';
import type { RecordingStatus } from '../wire/recording.ts';
import type { ServerStatus } from '../wire/server-status.ts';
import { metricRow, VIEWER_METRICS, type MetricRow, type MetricRows } from './metric-row.ts';

export interface Figures {
  status: ServerStatus;
  cameras: readonly CameraFigures[];
  recording: RecordingStatus;
  version: string;
}

const MIB = 1024 * 1024;

function perCamera(read: (camera: CameraFigures) => number | null | undefined): MetricRow<Figures>['read'] {
  return ({ cameras }) => Object.fromEntries(cameras.map((camera) => [camera.id, read(camera)]));
}

const row = metricRow<Figures>;

const GAUGES: readonly MetricRow<Figures>[] = [
  ...VIEWER_METRICS.gauges,
  row('clock_problem', 'Whether the clock of the server may be wrong', ({ status }) =>
    Number(status.clock.problem !== null),
  ),

  row(
    'camera_online',
    'Whether the camera is connected and sends new pictures',
    perCamera(({ status }) => Number(status === 'online')),
    'camera',
  ),
  row(
    'camera_switched_off',
    'Whether the camera is switched off for privacy',
    perCamera(({ status }) => Number(status === 'off')),
    'camera',
  ),
  row(
    'camera_frames_per_second',
    'Pictures that the camera sends',
    perCamera(({ fps, isConnected }) => (isConnected ? fps : undefined)),
    'camera',
  ),
  row(
    'camera_last_frame_timestamp_seconds',
    'When the newest picture of the camera was taken',
    perCamera(({ lastFrameAtMs }) => (lastFrameAtMs === null ? null : lastFrameAtMs / 1000)),
    'camera',
  ),
  row(
    'camera_wifi_signal_dbm',
    'Strength of the camera’s Wi-Fi, as it last reported it',
    perCamera(({ rssiDbm, isConnected }) => (isConnected ? rssiDbm : undefined)),
    'camera',
  ),
  row(
    'camera_round_trip_seconds',
    'The smallest measured round trip to the camera',
    perCamera(({ roundTripMs }) =>
      roundTripMs === null || roundTripMs === undefined ? null : roundTripMs / 1000,
    ),
    'camera',
  ),

  row('mjpeg_streams', 'MJPEG streams', ({ status }) => status.mjpeg.open),
  row(
    'picture_watches',
    'Cameras as single pictures over WebSockets',
    ({ status }) => status.frameWatches.open,
  ),

  row('camera_connections', 'Connections of cameras', ({ status }) => status.ingest.connections),
  row('cameras_encoding', 'Cameras that are transcoded', ({ status }) => status.encoding),
  row('codec_processes', 'Codec processes', ({ status }) => status.codec.processes.length),
  row('codec_resident_memory_bytes', 'Memory of all codec processes', ({ status }) =>
    status.codec.processes.reduce((sum, { residentMib }) => sum + residentMib * MIB, 0),
  ),

  row('http_connections', 'TCP connections', ({ status }) => status.http.connections.open),
  row('http_requests_unanswered', 'Requests under way', ({ status }) => status.http.requests.unanswered),
  row('grpc_calls', 'Open gRPC calls with streamed answers', ({ status }) => status.grpc?.calls),
  row('grpc_connections', 'gRPC connections', ({ status }) => status.grpc?.connections.open),
  row(
    'store_writes_waiting',
    'Writes that wait for the database',
    ({ status }) => status.store.writes.length,
  ),
  row(
    'store_reads_waiting',
    'Long reads that wait for the database',
    ({ status }) => status.store.reads.length,
  ),

  row('edge_rungs', 'Sizes of cameras that are sent to edges', ({ status }) => status.edges?.streams),
  row('edge_demands', 'Cameras that edges ask for', ({ status }) => status.edges?.demands),
  row(
    'edge_unconfirmed_bytes',
    'Bytes on the way to NATS, which has not confirmed them yet',
    ({ status }) => status.edges?.unconfirmedBytes,
  ),

  row('recording_used_bytes', 'Space that recordings take', ({ recording }) => recording.usedBytes),
  row('recording_quota_bytes', 'Space that recordings may take', ({ recording }) => recording.quotaBytes),
  row(
    'recording_disk_free_bytes',
    'Free space of the disk with the recordings',
    ({ recording }) => recording.freeBytes,
  ),
  row('recording_alarm', 'Whether nothing is recorded although it should be', ({ recording }) =>
    Number(recording.alarm !== null),
  ),
];

const COUNTERS: readonly MetricRow<Figures>[] = [
  ...VIEWER_METRICS.counters,
  row('camera_frames_received_total', 'Pictures of cameras', ({ status }) => status.ingest.frames),
  row('camera_received_bytes_total', 'Bytes of these pictures', ({ status }) => status.ingest.jpegBytes),
  row(
    'camera_frames_dropped_total',
    'Pictures of cameras that were refused',
    ({ status }) => status.ingest.dropped,
    'reason',
  ),
  row(
    'camera_connections_closed_total',
    'Connections of cameras that ended',
    ({ status }) => status.ingest.closed,
    'reason',
  ),
  row(
    'camera_frames_refused_total',
    'Pictures of each camera that were refused',
    perCamera(({ framesRefused }) => framesRefused),
    'camera',
  ),
  row('mjpeg_frames_sent_total', 'Pictures sent over MJPEG', ({ status }) => status.mjpeg.sent),
  row(
    'mjpeg_frames_skipped_total',
    'Pictures replaced by a newer one before they were sent',
    ({ status }) => status.mjpeg.passedOver,
  ),
  row('codec_deaths_total', 'Codec processes that died', ({ status }) => status.codec.deaths),
  row(
    'http_connections_refused_total',
    'TCP connections refused above a limit',
    ({ status }) => status.http.connections.refused,
  ),
  row(
    'http_requests_refused_total',
    'Requests refused above a limit',
    ({ status }) => status.http.requests.refused,
    'reason',
  ),
  row(
    'grpc_connections_refused_total',
    'gRPC connections refused above a limit',
    ({ status }) => status.grpc?.connections.refused,
  ),
  row('grpc_calls_refused_total', 'gRPC calls refused', ({ status }) => status.grpc?.refused, 'reason'),
  row('store_writes_total', 'Writes to the database', ({ status }) => status.store.writes.written),
  row(
    'store_writes_failed_total',
    'Writes to the database that failed',
    ({ status }) => status.store.writes.failed,
  ),
  row('edge_frames_total', 'Frames sent to edges', ({ status }) => status.edges?.frames),
  row('edge_bytes_total', 'Bytes of these frames', ({ status }) => status.edges?.bytes),
  row(
    'edge_frames_left_out_total',
    'Frames that were not sent to edges: no room, too long for NATS',
    ({ status: { edges } }) => edges && { noRoom: edges.leftOut, tooLarge: edges.tooLarge },
    'reason',
  ),
  row(
    'edge_requests_refused_total',
    'Demands, keyframes and streams of edges that were refused',
    ({ status: { edges } }) =>
      edges && {
        demands: edges.demandsRefused,
        keyframes: edges.keyframesRefused,
        streams: edges.tunnels.refused,
        malformed: edges.malformed + edges.tunnels.malformed,
        otherVersion: edges.otherVersion + edges.tunnels.otherVersion,
      },
    'reason',
  ),
];

export const SITE_METRICS: MetricRows<Figures> = { gauges: GAUGES, counters: COUNTERS };
