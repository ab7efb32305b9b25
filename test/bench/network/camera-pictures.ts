/**
 * The pictures of the demo camera as they came from it, collected beside the server, and how far the pictures that a
 * viewer saw are from them. A process of its own, because it stands in the network.
 *
 *     node camera-pictures.ts URL PASSWORD     prints `collecting`; one line of samples on its input, one line of PSNR
 */

import { once } from 'node:events';
import { get, type IncomingMessage } from 'node:http';
import { createInterface } from 'node:readline';
import { AV_CODEC_ID_MJPEG } from 'node-av/constants';
import { Codec, CodecContext, Frame, Packet } from 'node-av/lib';
import { readTimeCode } from '../../../server/wire/time-code.ts';
import { ApiSession } from '../../support/api-session.ts';
import type { LumaSample } from './luma-sample.ts';

const HEAD = /Content-Length: (\d+)\r\nX-Timestamp: [\d.]+\r\n\r\n/;
const MAX_PICTURES = 3_000;

const [url = '', password = ''] = process.argv.slice(2);
const { session } = await ApiSession.signIn(url, 'admin', password);
const request = get(`${url}/api/cameras/demo/mjpeg`, {
  headers: { authorization: `Bearer ${session.accessToken}` },
  agent: false,
});
const [response] = (await once(request, 'response')) as [IncomingMessage];
if (response.statusCode !== 200) throw new Error(`the stream answers ${response.statusCode}`);
const pictures: Buffer[] = [];
let received = Buffer.alloc(0);
response.on('data', (chunk: Buffer) => {
  received = Buffer.concat([received, chunk]);
  for (;;) {
    const head = HEAD.exec(received.toString('latin1', 0, 300));
    if (!head) return;
    const begin = head.index + head[0].length;
    const end = begin + Number(head[1]);
    if (received.length < end) return;
    pictures.push(received.subarray(begin, end));
    if (pictures.length > MAX_PICTURES) pictures.shift();
    received = received.subarray(end);
  }
});
process.stdout.write('collecting\n');
const [line] = (await once(createInterface(process.stdin), 'line')) as [string];
request.destroy();
process.stdout.write(`${JSON.stringify(meanPsnr(JSON.parse(line) as LumaSample[]))}\n`);
process.exit(0);

/** @returns dB; null: none of the pictures was found */
function meanPsnr(samples: readonly LumaSample[]): number | null {
  const seen = new Map(samples.map(({ code, luma }) => [code, Buffer.from(luma, 'base64')]));
  const values: number[] = [];
  const context = new CodecContext();
  const codec = Codec.findDecoder(AV_CODEC_ID_MJPEG);
  context.allocContext3(codec);
  context.open2Sync(codec, null);
  const packet = new Packet();
  packet.alloc();
  const frame = new Frame();
  frame.alloc();
  for (const jpeg of pictures) {
    packet.data = jpeg;
    if (context.sendPacketSync(packet) < 0 || context.receiveFrameSync(frame) < 0) continue;
    const { width, height } = frame;
    const luma = frame.toBuffer().subarray(0, width * height);
    const code = readTimeCode((x, y) => luma[y * width + x] ?? 0, width, height);
    const shown = code === undefined ? undefined : seen.get(code);
    if (shown?.length === luma.length) values.push(psnrDb(luma, shown));
  }
  return values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0) / values.length;
}

function psnrDb(original: Uint8Array, shown: Uint8Array): number {
  let squares = 0;
  for (let i = 0; i < original.length; i++) squares += ((original[i] ?? 0) - (shown[i] ?? 0)) ** 2;
  return 10 * Math.log10(255 ** 2 / (squares / original.length));
}
