/** Parameters of transports and streams in mediasoup's shapes, repeated as plain types: `wire` imports no library for them. */

export interface IceParameters {
  usernameFragment: string;
  password: string;
  iceLite: boolean;
}

export interface IceCandidate {
  foundation: string;
  priority: number;
  ip: string;
  address: string;
  protocol: 'udp' | 'tcp';
  port: number;
  /**
   * Also for a relay: Firefox drops candidates of every other type without a related address (`raddr`), and
   * mediasoup-client writes none.
   */
  type: 'host';
  tcpType?: 'passive';
  /** The server's own address at a relay; the last to try. */
  relayed?: true;
  /** The server's UDP port as the NAT in front of it shows it. */
  mapped?: true;
}

export interface DtlsFingerprint {
  algorithm: 'sha-256' | 'sha-384' | 'sha-512';
  value: string;
}

export interface DtlsParameters {
  role?: 'auto' | 'client' | 'server';
  fingerprints: DtlsFingerprint[];
}

export interface IceServer {
  urls: string[];
  username?: string;
  credential?: string;
}

export interface TransportParameters {
  id: string;
  iceParameters: IceParameters;
  iceCandidates: IceCandidate[];
  dtlsParameters: DtlsParameters;
  iceServers: IceServer[];
}

export interface RtcpFeedback {
  type: string;
  parameter?: string;
}

export interface RtpCodecCapability {
  kind: 'video';
  mimeType: string;
  preferredPayloadType: number;
  clockRate: number;
  parameters: Record<string, string | number>;
  rtcpFeedback: RtcpFeedback[];
}

export interface RtpHeaderExtension {
  kind: 'video';
  uri: string;
  preferredId: number;
  preferredEncrypt: boolean;
  direction: 'sendonly' | 'recvonly' | 'sendrecv' | 'inactive';
}

export interface RtpCapabilities {
  codecs: RtpCodecCapability[];
  headerExtensions: RtpHeaderExtension[];
}

export interface RtpParameters {
  mid: string;
  codecs: {
    mimeType: string;
    payloadType: number;
    clockRate: number;
    parameters: Record<string, string | number>;
    rtcpFeedback: RtcpFeedback[];
  }[];
  headerExtensions: { uri: string; id: number; encrypt: boolean; parameters: Record<string, never> }[];
  /** `fec`: as in ORTC; mediasoup-client ignores it. */
  encodings: { ssrc: number; rtx?: { ssrc: number }; fec?: { mechanism: string; ssrc: number } }[];
  rtcp: { cname: string; reducedSize: boolean };
}
