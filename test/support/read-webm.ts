/** Reads a WebM file like a player. */

import { readFile } from 'node:fs/promises';
import { BufferSource, EncodedPacketSink, Input, WEBM } from 'mediabunny';

export interface ReadWebm {
  codec: string | null;
  width: number;
  height: number;
  durationSeconds: number;
  packets: { seconds: number; keyframe: boolean; data: Uint8Array }[];
}

/** @throws Error when it cannot be played */
export async function readWebm(path: string): Promise<ReadWebm> {
  using input = new Input({ source: new BufferSource(await readFile(path)), formats: [WEBM] });
  const track = await input.getPrimaryVideoTrack();
  if (!track) throw new Error(`${path} has no video`);
  const packets: ReadWebm['packets'] = [];
  for await (const { timestamp, type, data } of new EncodedPacketSink(track).packets())
    packets.push({ seconds: timestamp, keyframe: type === 'key', data });
  return {
    codec: await track.getCodec(),
    width: await track.getCodedWidth(),
    height: await track.getCodedHeight(),
    durationSeconds: await input.computeDuration(),
    packets,
  };
}
