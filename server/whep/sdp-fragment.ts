/**
 * The SDP fragments of a PATCH (RFC 8840 section 9, RFC 9725 section 4.3): a client's ICE parameters, and the answer to a
 * restart. Pure.
 */

import { parse, write } from 'sdp-transform';
import { VigieError } from '../errors.ts';
import type { IceCandidate, IceParameters } from '../wire/signaling.ts';
import { bundleOf, candidateAttributes } from './sdp-answer.ts';
import { iceOf, type IceCredentials, type Offer } from './sdp-offer.ts';

/**
 * The client's candidates are ignored: an ICE-lite server sends no checks, and learns each address from the client's checks.
 *
 * @returns the client's credentials; undefined if the fragment contains none
 * @throws VigieError `badRequest`, `unprocessable`
 */
export function readFragment(text: string): IceCredentials | undefined {
  if (!/^(?:a|m)=/m.test(text)) throw new VigieError('badRequest', 'the body is not an SDP fragment');
  const { media, ...session } = parse(text);
  const named = [...media, session].find(({ iceUfrag }) => iceUfrag !== undefined);
  return named && iceOf(named, session);
}

export interface RestartAnswer {
  offer: Offer;
  ice: IceParameters;
  candidates: readonly IceCandidate[];
}

/**
 * Names the section with the transport in the answer: the first one of a bundle (RFC 9143 section 7.3.2), whose credentials the
 * others use. A fragment lacks the session-level lines that begin a complete description.
 */
export function writeFragment({ offer, ice, candidates }: RestartAnswer): string {
  const section = offer.sections[offer.carrier ?? offer.served];
  if (!section) return '';
  const { kind, protocol, format, mid } = section;
  const attributes = candidateAttributes(candidates);
  const whole = write({
    version: 0,
    origin: { username: '-', sessionId: 0, sessionVersion: 0, netType: 'IN', ipVer: 4, address: '0.0.0.0' },
    name: '-',
    timing: { start: 0, stop: 0 },
    icelite: 'ice-lite',
    ...bundleOf(offer),
    media: [
      {
        type: kind,
        port: 9,
        protocol,
        payloads: format,
        rtp: [],
        fmtp: [],
        ...(mid !== undefined && { mid }),
        iceUfrag: ice.usernameFragment,
        icePwd: ice.password,
        ...(attributes && { candidates: attributes }),
        endOfCandidates: 'end-of-candidates',
      },
    ],
  });
  return whole.slice(whole.indexOf('a='));
}
