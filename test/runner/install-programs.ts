/**
 * Installs the programs that whole groups of tests need and that are missing here: `install-programs.ts e2e network …`, by the
 * names of the groups' folders, or of a program. run.ts starts it as a process beside the tests that need none of them.
 */

import { ARM_COMPILER, ensureArmCompiler } from '../firmware/arm-compiler.ts';
import { ensureNetworkPrograms } from '../network/support/network-test.ts';
import { ensureChromium } from '../support/chromium.ts';

const groups = new Set(process.argv.slice(2));
if (groups.has('e2e') || groups.has('network')) ensureChromium();
if (groups.has('network') || groups.has('deploy')) ensureNetworkPrograms();
if (groups.has(ARM_COMPILER)) ensureArmCompiler();
