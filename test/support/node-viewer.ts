/**
 * A viewer without a browser: real UDP, real connectivity checks, real DTLS and SRTP (werift as client), and nothing
 * above it. It receives every RTP packet and sends any RTCP, which tests cannot do in a browser.
 */

import { createHmac } from 'node:crypto';
import { createSocket, type Socket } from 'node:dgram';
import { EventEmitter, once } from 'node:events';
import { crc32 } from 'node:zlib';
import {
  CipherContext,
  classes,
  HashAlgorithm,
  Message,
  methods,
  NamedCurveAlgorithm,
  parseMessage,
  ProtectionProfileAeadAes128Gcm,
  RTCCertificate,
  RTCDtlsFingerprint,
  RTCDtlsParameters,
  RTCDtlsTransport,
  RtpHeader,
  SignatureAlgorithm,
  type RTCIceTransport,
  type RtcpPacket,
} from 'werift';
import type { DtlsFingerprint, DtlsParameters, IceParameters } from '../../server/wire/signaling.ts';

export interface ReceivedRtp {
  header: RtpHeader;
  payload: Buffer;
}

export interface NodeViewerOptions {
  /** The socket's receive buffer; packets beyond it are lost. Default: the system's. */
  receiveBufferBytes?: number;
}

export interface CheckOptions {
  username?: string;
  /** null: no MESSAGE-INTEGRITY at all. */
  password?: string | null;
  /** Default true. */
  nominate?: boolean;
  /** Attributes of any kind, before or after the integrity. */
  extra?: Buffer;
  appended?: Buffer;
}

export const USE_CANDIDATE = Buffer.from('00250000', 'hex');

/** A connectivity check of an ICE agent in the controlling role (RFC 8445 section 7.2), or a forged one. */
export function connectivityCheck(ice: Omit<IceParameters, 'iceLite'>, options: CheckOptions = {}): Buffer {
  const message = new Message(methods.BINDING, classes.REQUEST);
  message.setAttribute('USERNAME', options.username ?? `${ice.usernameFragment}:viewer`);
  message.setAttribute('PRIORITY', 1234);
  message.setAttribute('ICE-CONTROLLING', 1n);
  const parts = [message.bytes, options.extra ?? Buffer.alloc(0)];
  if (options.nominate ?? true) parts.push(USE_CANDIDATE);
  if (options.password !== null) {
    const digest = createHmac('sha1', options.password ?? ice.password)
      .update(withLength(parts, 24))
      .digest();
    parts.push(Buffer.from('00080014', 'hex'), digest);
  }
  if (options.appended) parts.push(options.appended);
  const fingerprint = Buffer.from('8028000400000000', 'hex');
  fingerprint.writeUInt32BE((crc32(withLength(parts, 8)) ^ 0x5354554e) >>> 0, 4);
  return Buffer.concat([withLength(parts, 8), fingerprint]);
}

/** The message so far, with a header length that counts `more` bytes to come. */
function withLength(parts: Buffer[], more: number): Buffer {
  const bytes = Buffer.concat(parts);
  bytes.writeUInt16BE(bytes.length - 20 + more, 2);
  return bytes;
}

export async function newCertificate(): Promise<RTCCertificate> {
  const { certPem, keyPem, signatureHash } = await CipherContext.createSelfSignedCertificateWithKey(
    { signature: SignatureAlgorithm.ecdsa_3, hash: HashAlgorithm.sha256_4 },
    NamedCurveAlgorithm.secp256r1_23,
  );
  return new RTCCertificate(keyPem, certPem, signatureHash);
}

export class NodeViewer extends EventEmitter<{ rtp: [ReceivedRtp]; rtcp: [RtcpPacket] }> {
  readonly dtlsParameters: DtlsParameters;
  readonly #dtls: RTCDtlsTransport;
  readonly #receivers: ((datagram: Buffer) => void)[] = [];
  readonly #serverPort: number;
  #socket: Socket;
  #iceParameters: IceParameters;
  #closed = false;

  static async create(
    server: { port: number; iceParameters: IceParameters; fingerprints: DtlsFingerprint[] },
    { receiveBufferBytes }: NodeViewerOptions = {},
  ): Promise<NodeViewer> {
    return new NodeViewer(server, await newCertificate(), await boundSocket(receiveBufferBytes));
  }

  private constructor(
    server: { port: number; iceParameters: IceParameters; fingerprints: DtlsFingerprint[] },
    certificate: RTCCertificate,
    socket: Socket,
  ) {
    super();
    this.#serverPort = server.port;
    this.#iceParameters = server.iceParameters;
    this.#socket = socket;
    this.#listen(socket);
    const connection = {
      onData: { subscribe: (receive: (datagram: Buffer) => void) => void this.#receivers.push(receive) },
      send: async (datagram: Buffer) => this.#send(datagram),
      close: async () => {},
    };
    const ice = { connection, role: 'controlling', state: 'connected', stop: async () => {} };
    const profiles = [ProtectionProfileAeadAes128Gcm];
    this.#dtls = new RTCDtlsTransport({}, ice as unknown as RTCIceTransport, certificate, profiles);
    this.#dtls.role = 'client';
    const remote = server.fingerprints.map(
      ({ algorithm, value }) => new RTCDtlsFingerprint(algorithm, value),
    );
    this.#dtls.setRemoteParams(new RTCDtlsParameters(remote, 'server'));
    this.#dtls.onRtcp.subscribe((packet) => this.emit('rtcp', packet));
    this.dtlsParameters = {
      role: 'client',
      fingerprints: certificate.getFingerprints().map(({ value }) => ({ algorithm: 'sha-256', value })),
    };
  }

  get port(): number {
    return this.#socket.address().port;
  }

  /** Validates the path, then makes the handshake; the server must have got `dtlsParameters` before. */
  async connect(): Promise<void> {
    await this.check();
    await this.#dtls.start();
  }

  /** One connectivity check with nomination, answered. */
  async check(iceParameters = this.#iceParameters): Promise<void> {
    this.#iceParameters = iceParameters;
    const request = connectivityCheck(iceParameters);
    const key = Buffer.from(iceParameters.password);
    const answered = new Promise<void>((resolve) => {
      const onMessage = (datagram: Buffer) => {
        const response = parseMessage(datagram, key);
        if (!response?.transactionId.equals(request.subarray(8, 20))) return;
        this.#socket.off('message', onMessage);
        resolve();
      };
      this.#socket.on('message', onMessage);
    });
    this.#send(request);
    await answered;
  }

  /** A connectivity check without waiting for the answer: it consents to more packets (RFC 7675). */
  renewConsent(): void {
    this.#send(connectivityCheck(this.#iceParameters));
  }

  /** A change of network as seen from outside: the next datagrams come from another address. */
  async moveToNewAddress(): Promise<void> {
    const old = this.#socket;
    this.#socket = await boundSocket();
    this.#listen(this.#socket);
    old.close();
  }

  async sendRtcp(packet: RtcpPacket): Promise<void> {
    await this.#dtls.sendRtcp([packet]);
  }

  /** The next matching RTP packet that holds something. */
  async nextRtp(fits: (packet: ReceivedRtp) => boolean = () => true): Promise<ReceivedRtp> {
    for (;;) {
      const [packet] = (await once(this, 'rtp')) as [ReceivedRtp];
      if (!packet.header.padding && fits(packet)) return packet;
    }
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#socket.close();
    this.removeAllListeners();
  }

  #listen(socket: Socket): void {
    socket.on('message', (datagram) => {
      const first = datagram[0] ?? 0;
      const second = datagram[1] ?? 0;
      if (first >= 128 && first <= 191 && !(second >= 192 && second <= 223)) this.#onRtp(datagram);
      else for (const receive of this.#receivers) receive(datagram);
    });
  }

  #onRtp(datagram: Buffer): void {
    // Decrypting costs more than receiving, and a crowd of viewers shares one process.
    if (this.listenerCount('rtp') === 0) return;
    const clear = this.#dtls.srtp?.decrypt(datagram);
    if (!clear) return;
    const header = RtpHeader.deSerialize(clear);
    this.emit('rtp', { header, payload: clear.subarray(header.payloadOffset) });
  }

  #send(datagram: Buffer): void {
    if (!this.#closed) this.#socket.send(datagram, this.#serverPort, '127.0.0.1');
  }
}

async function boundSocket(recvBufferSize?: number): Promise<Socket> {
  const socket = createSocket({ type: 'udp4', ...(recvBufferSize !== undefined && { recvBufferSize }) });
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  return socket;
}
