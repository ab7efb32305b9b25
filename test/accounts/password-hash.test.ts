import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hashPassword, isOutdated, verifyPassword } from '../../server/accounts/password-hash.ts';

/** `printf password | argon2 somesalt -id -t 2 -k 65536 -p 1 -l 32`, from the reference implementation's test.c. */
const REFERENCE = '$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc';

test('a password verifies against its own hash and no other', async () => {
  const phc = await hashPassword('correct horse');
  assert.match(phc, /^\$argon2id\$v=19\$m=19456,t=2,p=1\$[A-Za-z\d+/]{22}\$[A-Za-z\d+/]{43}$/);
  assert.equal(await verifyPassword(phc, 'correct horse'), true);
  for (const wrong of ['', 'Correct horse', 'correct horse ', 'correct'])
    assert.equal(await verifyPassword(phc, wrong), false, wrong);
});

test('two hashes of one password differ', async () => {
  assert.notEqual(await hashPassword('same'), await hashPassword('same'));
});

test('a hash of the reference implementation verifies, and its other parameters are detected', async () => {
  assert.equal(await verifyPassword(REFERENCE, 'password'), true);
  assert.equal(await verifyPassword(REFERENCE, 'passwort'), false);
  assert.equal(isOutdated(REFERENCE), true);
  assert.equal(isOutdated(await hashPassword('password')), false);
});

test('a password typed as other code points is the same password', async () => {
  assert.equal(await verifyPassword(await hashPassword('caf\u00e9'), 'cafe\u0301'), true);
});

for (const damaged of ['', 'plain', '$argon2i$v=19$m=1,t=1,p=1$YQ$YQ', REFERENCE.slice(0, -44)]) {
  test(`a stored hash of ${JSON.stringify(damaged.slice(0, 24))} is a server fault, not a wrong password`, async () => {
    await assert.rejects(verifyPassword(damaged, 'password'), /PHC/);
  });
}
