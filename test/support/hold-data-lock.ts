/** A program that holds the lock of a data folder until it is killed, as a server does. */

import { DataLock } from '../../server/store/data-lock.ts';

const [folder = ''] = process.argv.slice(2);
const lock = DataLock.take(folder);
process.stdout.write('locked\n');
setInterval(() => lock, 60_000);
