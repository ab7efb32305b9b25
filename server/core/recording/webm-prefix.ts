/**
 * The complete part of a WebM file that is being written, as a file of its own: its bytes, with the sizes that are filled in
 * last, followed by cues. The file is not changed.
 *
 * Invariant: it depends only on the first `upTo` bytes of the file, so that a player that requests successive ranges gets
 * parts of the same file, also when the file has grown or ended meanwhile.
 */

import {
  BLOCK_HEADER_BYTES,
  CLUSTER,
  CUES,
  EBML,
  readElement,
  readUnsigned,
  SEGMENT,
  SIMPLE_BLOCK,
  TIMESTAMP,
  writeSize,
  type WebmElement,
} from './webm-elements.ts';

/** @returns the requested bytes, fewer at the end of the file */
export type ReadBytes = (at: number, length: number) => Promise<Uint8Array>;

/** In place of the file's own bytes. */
export interface WebmPatch {
  at: number;
  bytes: Uint8Array;
}

export interface WebmPrefix {
  /** Length of the whole prefix. */
  bytes: number;
  /** Length of the part from the file; the cues follow. */
  fileBytes: number;
  patches: readonly WebmPatch[];
  cues: Uint8Array;
}

interface Cluster {
  at: number;
  endAt: number;
  timeMs: number;
  beginsWithKeyframe: boolean;
  /** End of its newest block; undefined if its blocks were not read. */
  endMs: number | undefined;
  /** Its size, where the file may not have it yet. */
  patch: WebmPatch | undefined;
}

/** Header, SeekHead, Info and Tracks. Measured at 240. */
const HEAD_BYTES = 1_024;
/** A cluster's header, its time, and the header of its first block. */
const CLUSTER_HEAD_BYTES = 40;
/** In a block's flags. */
const KEYFRAME = 0x80;
/** Info's Duration, an 8-byte float: id and size. */
const DURATION = [0x44, 0x89, 0x88];
const DURATION_BYTES = 8;
/** In the SeekHead: an element's id, between these, then its position. */
const SEEK_ID = [0x53, 0xab, 0x84];
const SEEK_POSITION = [0x53, 0xac, 0x85];
const SEEK_POSITION_BYTES = 5;
/** A single picture has no known duration; a player needs one. */
const ONLY_FRAME_MS = 1_000;

/** @param upTo of the file, in bytes @returns undefined before the first block is complete, and for a file of another kind */
export async function webmPrefix(read: ReadBytes, upTo: number): Promise<WebmPrefix | undefined> {
  const head = await read(0, Math.min(HEAD_BYTES, upTo));
  const top = readHead(head);
  if (!top) return undefined;
  const { segment, clustersAt, positions } = top;
  const clusters: Cluster[] = [];
  for (
    let cluster = await readCluster(read, clustersAt, upTo);
    cluster;
    cluster = await readCluster(read, cluster.endAt, upTo)
  )
    clusters.push(cluster);
  const last = clusters.at(-1);
  if (!last) return undefined;
  const { endAt } = last;
  const endMs = last.endMs ?? (await endOfCluster(read, last));
  const patches: WebmPatch[] = clusters.flatMap(({ patch }) => patch ?? []);
  const cues = cuesOf(
    clusters.filter(({ beginsWithKeyframe }) => beginsWithKeyframe),
    segment.dataAt,
  );
  patches.push({
    at: segment.sizeAt,
    bytes: writeSize(endAt + cues.length - segment.dataAt, segment.sizeBytes),
  });
  const durationAt = positionAfter(head, DURATION);
  if (durationAt !== undefined) patches.push({ at: durationAt, bytes: durationOf(endMs) });
  for (const [id, position] of [...positions, [CUES, endAt] as const]) {
    const at = positionAfter(head, [...SEEK_ID, ...unsigned(id, 4), ...SEEK_POSITION]);
    if (at !== undefined)
      patches.push({ at, bytes: unsigned(position - segment.dataAt, SEEK_POSITION_BYTES) });
  }
  return { bytes: endAt + cues.length, fileBytes: endAt, patches, cues };
}

interface Head {
  segment: WebmElement;
  clustersAt: number;
  /** Positions of the elements before the clusters, by id. */
  positions: ReadonlyMap<number, number>;
}

function readHead(head: Uint8Array): Head | undefined {
  const view = viewOf(head);
  const ebml = readElement(view, 0);
  if (ebml?.id !== EBML) return undefined;
  const segment = readElement(view, ebml.dataAt + ebml.bytes);
  if (segment?.id !== SEGMENT) return undefined;
  const positions = new Map<number, number>();
  for (let at = segment.dataAt; ;) {
    const element = readElement(view, at);
    if (!element) return undefined;
    if (element.id === CLUSTER) return { segment, clustersAt: at, positions };
    positions.set(element.id, at);
    at = element.dataAt + element.bytes;
  }
}

/** @returns undefined where none begins, or no block of it is complete */
async function readCluster(read: ReadBytes, at: number, upTo: number): Promise<Cluster | undefined> {
  const head = await read(at, Math.min(CLUSTER_HEAD_BYTES, upTo - at));
  const cluster = readElement(viewOf(head), 0);
  const first = cluster?.id === CLUSTER ? readFirst(head, cluster.dataAt) : undefined;
  if (!cluster || !first) return undefined;
  // While a cluster is being written, its size covers only its timestamp, so its blocks seem to follow it.
  const next = at + cluster.dataAt + cluster.bytes;
  const isEnded = next < upTo && isTopLevel(await read(next, Math.min(CLUSTER_HEAD_BYTES, upTo - next)));
  if (isEnded) return { ...first, at, endAt: next, endMs: undefined, patch: undefined };
  const blocks = readBlocks(await read(at, upTo - at), cluster.dataAt);
  if (!blocks) return undefined;
  const bytes = blocks.end - cluster.dataAt;
  const patch = { at: at + cluster.sizeAt, bytes: writeSize(bytes, cluster.sizeBytes) };
  return { ...first, at, endAt: at + blocks.end, endMs: blocks.endMs, patch };
}

async function endOfCluster(read: ReadBytes, { at, endAt, timeMs }: Cluster): Promise<number> {
  const data = await read(at, endAt - at);
  const header = readElement(viewOf(data), 0);
  return (header && readBlocks(data, header.dataAt)?.endMs) ?? timeMs;
}

/** A cluster begins with its time and a block. */
function readFirst(head: Uint8Array, at: number): Pick<Cluster, 'timeMs' | 'beginsWithKeyframe'> | undefined {
  const view = viewOf(head);
  const time = readElement(view, at);
  if (time?.id !== TIMESTAMP) return undefined;
  const block = readElement(view, time.dataAt + time.bytes);
  if (block?.id !== SIMPLE_BLOCK || block.dataAt + BLOCK_HEADER_BYTES > head.length) return undefined;
  return {
    timeMs: readUnsigned(head.subarray(time.dataAt, time.dataAt + time.bytes)),
    beginsWithKeyframe: (view.getUint8(block.dataAt + 3) & KEYFRAME) !== 0,
  };
}

function isTopLevel(bytes: Uint8Array): boolean {
  const id = readElement(viewOf(bytes), 0)?.id;
  return id === CLUSTER || id === CUES;
}

/** The complete blocks from `at` on, up to the first other element. */
function readBlocks(data: Uint8Array, at: number): { endMs: number; end: number } | undefined {
  const view = viewOf(data);
  let timeMs: number | undefined;
  let found: { endMs: number; end: number } | undefined;
  for (let element = readElement(view, at); element; element = readElement(view, at)) {
    const { id, dataAt, bytes } = element;
    const end = dataAt + bytes;
    if (end > data.length) break;
    if (id === TIMESTAMP) timeMs = readUnsigned(data.subarray(dataAt, end));
    else if (id !== SIMPLE_BLOCK || timeMs === undefined || bytes <= BLOCK_HEADER_BYTES) break;
    else found = { endMs: timeMs + view.getInt16(dataAt + 1), end };
    at = end;
  }
  return found;
}

/** RFC 9559 section 5.1.5: where each cluster begins, from the segment's first byte on. */
function cuesOf(clusters: readonly Cluster[], segmentAt: number): Uint8Array {
  const points = clusters.map(({ at, timeMs }) => {
    const position = elementOf([0xf1], unsigned(at - segmentAt, 6));
    const positions = elementOf([0xb7], Buffer.concat([elementOf([0xf7], unsigned(1, 1)), position]));
    return elementOf([0xbb], Buffer.concat([elementOf([0xb3], unsigned(timeMs, 6)), positions]));
  });
  return elementOf([0x1c, 0x53, 0xbb, 0x6b], Buffer.concat(points));
}

function elementOf(id: readonly number[], data: Uint8Array): Uint8Array {
  return Buffer.concat([Buffer.from(id), writeSize(data.length, 4), data]);
}

function unsigned(value: number, length: number): Uint8Array {
  const bytes = Buffer.alloc(length);
  bytes.writeUIntBE(value, 0, length);
  return bytes;
}

function durationOf(endMs: number): Uint8Array {
  const bytes = Buffer.alloc(DURATION_BYTES);
  bytes.writeDoubleBE(endMs > 0 ? endMs : ONLY_FRAME_MS);
  return bytes;
}

function positionAfter(head: Uint8Array, pattern: readonly number[]): number | undefined {
  const at = Buffer.from(head.buffer, head.byteOffset, head.byteLength).indexOf(Buffer.from(pattern));
  return at < 0 ? undefined : at + pattern.length;
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
