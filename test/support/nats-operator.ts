/** An operator of NATS, as who runs one for others has it: accounts and users are tokens, and a user's file is a `.creds`. */

import { randomUUID } from 'node:crypto';
import { nkeys } from '@nats-io/transport-node';
import type { NatsPermissions } from '../../server/core/edges/subjects.ts';

type KeyPair = ReturnType<typeof nkeys.createUser>;

const UNLIMITED = { subs: -1, data: -1, payload: -1 };

export class NatsOperator {
  readonly #operator = nkeys.createOperator();
  readonly #account = nkeys.createAccount();

  /** For the configuration of nats-server. */
  get configuration(): object {
    const account = this.#account.getPublicKey();
    const limits = { ...UNLIMITED, imports: -1, exports: -1, wildcards: true, conn: -1, leaf: -1 };
    return {
      operator: token(this.#operator, this.#operator.getPublicKey(), { type: 'operator' }),
      resolver: 'MEMORY',
      resolver_preload: { [account]: token(this.#operator, account, { type: 'account', limits }) },
    };
  }

  /** Text of a user's file. */
  credentialsOf({ publish, subscribe, answers }: NatsPermissions): string {
    const user = nkeys.createUser();
    const claims = {
      type: 'user',
      ...UNLIMITED,
      pub: { allow: publish },
      sub: { allow: subscribe },
      ...(answers && { resp: { max: 1, ttl: 5_000_000_000 } }),
    };
    return [
      '-----BEGIN NATS USER JWT-----',
      token(this.#account, user.getPublicKey(), claims),
      '------END NATS USER JWT------',
      '',
      '-----BEGIN USER NKEY SEED-----',
      Buffer.from(user.getSeed()).toString(),
      '------END USER NKEY SEED------',
      '',
    ].join('\n');
  }
}

const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');

/** A JWT as NATS has it, with the algorithm of nkeys. */
function token(issuer: KeyPair, subject: string, claims: object): string {
  const body = [
    part({ typ: 'JWT', alg: 'ed25519-nkey' }),
    part({
      jti: randomUUID(),
      iat: Math.floor(Date.now() / 1000),
      iss: issuer.getPublicKey(),
      sub: subject,
      name: 'test',
      nats: { version: 2, ...claims },
    }),
  ].join('.');
  return `${body}.${Buffer.from(issuer.sign(Buffer.from(body))).toString('base64url')}`;
}
