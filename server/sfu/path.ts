/**
 * One way to one viewer: a remote address on one of the server's sockets. The ICE agent knows no more of a socket than
 * this, so the UDP port, a relay and whatever comes next look alike to it.
 */

export interface Path {
  readonly kind: 'udp' | 'tcp' | 'relay';
  /** The viewer's end, as its datagrams show it: an IP address in plain form. */
  readonly address: string;
  readonly port: number;
  /** More waits to be sent than is good for live video: whole frames had better be left out. Left out: never. */
  readonly isFull?: boolean;
  /** The datagram must not be written to afterwards: the system reads it later. */
  send(datagram: Buffer): void;
  /** From now on what comes this way is the receiver's, whoever's it was before. */
  claim(receiver: DatagramReceiver): void;
  /** Does nothing when it has become someone else's meanwhile. */
  release(receiver: DatagramReceiver): void;
}

export interface DatagramReceiver {
  /** A well-formed check for one of the receiver's users; its integrity is not verified yet. */
  onBindingRequest(datagram: Buffer, path: Path): void;
  /** Anything else that came by a path the receiver has claimed. */
  onDatagram(datagram: Buffer): void;
}
