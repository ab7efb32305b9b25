/**
 * The pipeline of the project Vigie grew from, for comparison: the camera's JPEGs over one WebSocket to the server,
 * over another to the page, there into an <img>.
 */

import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { WebSocketServer, type WebSocket } from 'ws';

const PAGE = `<!doctype html><meta charset="utf-8"><title>The legacy way</title><img id="picture" width="640" height="480">
<script>
  const image = document.getElementById('picture');
  const socket = new WebSocket('ws://' + location.host + '/viewer');
  socket.binaryType = 'blob';
  window.bytesReceived = 0;
  let url;
  socket.onmessage = ({ data }) => {
    window.bytesReceived += data.size;
    const old = url;
    url = URL.createObjectURL(data);
    image.src = url;
    if (old) URL.revokeObjectURL(old);
  };
</script>`;

export class LegacyWay {
  readonly #http: Server;
  readonly #viewers = new Set<WebSocket>();

  static async listen(): Promise<LegacyWay> {
    const http = createServer((_request, response) => {
      response.setHeader('Content-Type', 'text/html');
      response.end(PAGE);
    });
    http.listen(0);
    await once(http, 'listening');
    return new LegacyWay(http);
  }

  private constructor(http: Server) {
    this.#http = http;
    const sockets = new WebSocketServer({ server: http, perMessageDeflate: false });
    sockets.on('connection', (socket, { url }) => {
      if (url === '/viewer') {
        this.#viewers.add(socket);
        socket.on('close', () => this.#viewers.delete(socket));
      } else {
        socket.on('message', (jpeg: Buffer) => {
          for (const viewer of this.#viewers) viewer.send(jpeg);
        });
      }
    });
  }

  get #host(): string {
    return `localhost:${(this.#http.address() as AddressInfo).port}`;
  }

  get pageUrl(): string {
    return `http://${this.#host}/`;
  }

  get cameraUrl(): string {
    return `ws://${this.#host}`;
  }

  close(): void {
    for (const viewer of this.#viewers) viewer.terminate();
    this.#http.close();
    this.#http.closeAllConnections();
  }
}
