/**
 * Tests that install programs of others for minutes, or drive them through a whole interface or network. They run
 * before a release (`npm run check:slow`) and when they are named (`npm test -- schemathesis`), not for every change:
 * what they say of Vigie's own code, faster tests of the same rooms say too, and firmware.yml compiles with Espressif's
 * own compiler.
 */

export const RELEASE_TESTS: ReadonlySet<string> = new Set([
  'test/e2e/whep-gstreamer.test.ts',
  'test/firmware/compiles-for-32-bit.test.ts',
  'test/grpc/grpc-programs.test.ts',
  'test/integration/analyser.test.ts',
  'test/integration/api-key-programs.test.ts',
  'test/network/firefox-relay.test.ts',
  'test/openapi/schemathesis.test.ts',
]);
