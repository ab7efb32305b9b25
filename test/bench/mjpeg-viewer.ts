/**
 * The viewer of `npm run bench:mjpeg`, a process of its own because it stands on another machine of the network: it watches one
 * camera as moving JPEGs, and prints when each picture was whole and when it was taken, in ms since the Unix epoch.
 *
 *     node mjpeg-viewer.ts URL PASSWORD SECONDS
 */

import { once } from 'node:events';
import { get, type IncomingMessage } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { ApiSession } from '../support/api-session.ts';

const HEAD = /Content-Length: (\d+)\r\nX-Timestamp: ([\d.]+)\r\n\r\n/;
/** The boundary that follows a picture: browsers show it then. */
const BOUNDARY = '\r\n--picture\r\n';
/** TCP finds out how wide the link is. */
const WARM_UP_MS = 5_000;

const [url = '', password = '', seconds = ''] = process.argv.slice(2);
const { session } = await ApiSession.signIn(url, 'admin', password);
const request = get(`${url}/api/cameras/demo/mjpeg`, {
  headers: { authorization: `Bearer ${session.accessToken}` },
  agent: false,
});
const [response] = (await once(request, 'response')) as [IncomingMessage];
if (response.statusCode !== 200) throw new Error(`the stream answers ${response.statusCode}`);
let received = Buffer.alloc(0);
let pictures: { shownMs: number; takenMs: number }[] = [];
let bytes = 0;
response.on('data', (chunk: Buffer) => {
  received = Buffer.concat([received, chunk]);
  bytes += chunk.length;
  for (;;) {
    const text = received.toString('latin1', 0, 300);
    const head = HEAD.exec(text);
    if (!head) return;
    const end = head.index + head[0].length + Number(head[1]);
    if (received.length < end + BOUNDARY.length) return;
    pictures.push({ shownMs: Date.now(), takenMs: Number(head[2]) * 1000 });
    received = received.subarray(end + BOUNDARY.length);
  }
});
await delay(WARM_UP_MS);
pictures = [];
bytes = 0;
await delay(Number(seconds) * 1000);
request.destroy();
process.stdout.write(`${JSON.stringify({ pictures, bytes })}\n`);
process.exit(0);
