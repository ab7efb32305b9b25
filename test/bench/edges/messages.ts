/** The messages between the processes of `bench:edges`, and how a frame carries the time at which it was made. */

export interface NodeSettings {
  url: string;
  credentials: string;
  site: string;
  /** A receiver’s. */
  edge?: string;
  cameraIds: readonly string[];
  /** A receiver’s: the site of each camera. */
  siteOf?: Readonly<Record<string, string>>;
}

/** Since the last report. */
export interface Report {
  frames: number;
  bytes: number;
  /** User and system time of the process. */
  cpuUs: number;
  /** A receiver’s: from the encoder's callback at the site to the subscriber's at the edge. */
  agesUs: number[];
  /** Frames that the hop left out, for whatever reason. */
  lost: number;
}

export type Command = 'report' | 'stop';

export const FPS = 25;
/** 1 Mbit/s. */
export const FRAME_BYTES = 5_000;
/** CLOCK_MONOTONIC, the same in all processes of a machine. */
const clockUs = (): number => Number(process.hrtime.bigint() / 1000n);

export function stamp(data: Buffer): void {
  data.writeDoubleLE(clockUs(), 1);
}

export function ageUs(data: Uint8Array): number {
  return clockUs() - Buffer.from(data.buffer, data.byteOffset, 9).readDoubleLE(1);
}
