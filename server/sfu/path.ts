/**
 * One path to one viewer: a remote address on one of the server's sockets. The ICE agent sees only this interface, so
 * UDP, TCP and the relay look alike to it.
 */

export interface Path {
  readonly kind: 'udp' | 'tcp' | 'relay';
  /** The viewer's end, as its datagrams show it: an IP address in canonical form. */
  readonly address: string;
  readonly port: number;
  /** Whether enough bytes wait that upper layers should be left out. Undefined: never. */
  readonly isFilling?: boolean;
  /** More is waiting than suits live video: skip whole frames. Undefined: the path is never full. */
  readonly isFull?: boolean;
  /** Do not write to the datagram afterwards: the system reads it later. */
  send(datagram: Buffer): void;
  /** Directs all further datagrams of this path to the receiver, whoever received them before. */
  claim(receiver: DatagramReceiver): void;
  /** Does nothing when another receiver has claimed the path meanwhile. */
  release(receiver: DatagramReceiver): void;
}

export interface DatagramReceiver {
  /** A well-formed check for one of the receiver's users; its integrity is not verified yet. */
  onBindingRequest(datagram: Buffer, path: Path): void;
  /** Any other datagram on a path that the receiver has claimed. */
  onDatagram(datagram: Buffer): void;
}
