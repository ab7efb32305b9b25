/** The path of the media in use, from the browser's statistics (W3C webrtc-stats, candidate-pair). */

/** A report of any kind, by the name of the field. */
export type StatsEntry = Readonly<Record<string, unknown>>;

export interface SelectedPath {
  protocol: 'udp' | 'tcp';
  /** The browser's own end is at its relay. */
  isRelayedHere: boolean;
  /** The server's end. */
  address: string;
  port: number;
  roundTripMs: number | null;
}

/** @returns null while there is no path */
export function selectedPath(entries: readonly StatsEntry[]): SelectedPath | null {
  const selectedId = entries.find(({ type }) => type === 'transport')?.['selectedCandidatePairId'];
  const pair = entries.find(({ id, type, nominated }) =>
    // Firefox has no transport report.
    selectedId === undefined ? type === 'candidate-pair' && nominated === true : id === selectedId,
  );
  const local = entries.find(({ id }) => id === pair?.['localCandidateId']);
  const remote = entries.find(({ id }) => id === pair?.['remoteCandidateId']);
  if (!remote) return null;
  const roundTrip = pair?.['currentRoundTripTime'];
  return {
    protocol: remote['protocol'] === 'tcp' ? 'tcp' : 'udp',
    isRelayedHere: local?.['candidateType'] === 'relay',
    address: String(remote['address']),
    port: Number(remote['port']),
    roundTripMs: typeof roundTrip === 'number' ? roundTrip * 1000 : null,
  };
}
