/**
 * Reaches the RTCPeerConnection that mediasoup-client makes and keeps to itself.
 *
 * Invariant: the page's own RTCPeerConnection stays as it is, also when nothing could be made.
 */

export interface PeerConnectionHooks {
  /** @returns the description that the browser is given in place of this one of the server */
  describe: (sdp: string) => string;
  /** Called with each candidate of the browser itself. */
  onCandidate: (candidate: RTCIceCandidate) => void;
}

/** @param make makes a transport, with its peer connection before it returns @returns what it makes */
export function hookPeerConnection<Made>(
  { describe, onCandidate }: PeerConnectionHooks,
  make: () => Made,
): Made {
  const Original = globalThis.RTCPeerConnection;
  globalThis.RTCPeerConnection = class extends Original {
    constructor(configuration?: RTCConfiguration) {
      super(configuration);
      this.addEventListener('icecandidate', ({ candidate }) => candidate && onCandidate(candidate));
    }

    override setRemoteDescription(description: RTCSessionDescriptionInit): Promise<void> {
      return super.setRemoteDescription({ ...description, sdp: describe(description.sdp ?? '') });
    }
  };
  try {
    return make();
  } finally {
    globalThis.RTCPeerConnection = Original;
  }
}
