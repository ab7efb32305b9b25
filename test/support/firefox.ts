/**
 * The real Firefox, headless, with a new profile. Each page has its own cookies; an error in a page or in its console
 * fails the test, as in Chromium.
 *
 *     await using firefox = await Firefox.launch();
 *     const page = await firefox.open(server.url);
 *     await page.signIn('admin', server.password);
 *     await page.nextTimeCode(camera.id);
 *
 * Tests that need it are `firefoxTest`s: without Firefox they are skipped, with the reason.
 */

import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { BidiSession } from './bidi-session.ts';
import { findProgram } from './chromium.ts';
import { installOnDebian } from './debian-packages.ts';
import { FirefoxPage } from './firefox-page.ts';
import { PAGE_SCRIPTS } from './page-scripts.ts';
import { until } from './until.ts';

const NAMES = ['firefox-esr', 'firefox'];
const MAC_PATH = '/Applications/Firefox.app/Contents/MacOS/firefox';
const VIEWPORT = { width: 1280, height: 800 };
/** A driven browser switches most of its services off; these too would contact other servers. */
const PREFERENCES = {
  'app.normandy.enabled': false,
  'media.gmp-manager.url': '',
  'messaging-system.rsexperimentloader.enabled': false,
  'network.trr.mode': 5,
  'services.settings.server': 'data:,#',
  'media.autoplay.default': 0,
};
/** As in Chromium: not the page's fault. */
// "Image corrupt or truncated": a picture that was still loading when the page was left.
const EXPECTED_CONSOLE =
  /status of 401|can’t establish a connection|was interrupted while the page was loading|^Image corrupt or truncated/;
const START_TIMEOUT_MS = 60_000;

export interface FirefoxOptions {
  /** Words in front of its command line; they must exec it. */
  prefix?: readonly string[];
  preferences?: Readonly<Record<string, string | number | boolean>>;
}

/** Like `test`, for cases that only Firefox can show. */
export function firefoxTest(name: string, run: (context: TestContext) => Promise<void>): void {
  test(name, async (context) => {
    if (hasFirefox(context)) await run(context);
  });
}

/** Skips the test when there is no Firefox; with VIGIE_REQUIRE_FIREFOX=1 it fails. */
export function hasFirefox(context: TestContext): boolean {
  const isThere = findFirefox() !== undefined;
  assert.ok(isThere || process.env['VIGIE_REQUIRE_FIREFOX'] !== '1', 'this machine must have Firefox');
  if (!isThere) context.skip('there is no Firefox: install it, or set VIGIE_FIREFOX to its path');
  return isThere;
}

let triedToInstall = false;

/** Installed when missing, where possible. */
export function findFirefox(): string | undefined {
  const found = findProgram(process.env['VIGIE_FIREFOX'], NAMES, MAC_PATH);
  if (found !== undefined || triedToInstall) return found;
  triedToInstall = true;
  installOnDebian(['firefox-esr']);
  return findFirefox();
}

export class Firefox implements AsyncDisposable {
  readonly #process: ChildProcess;
  readonly #profile: string;
  readonly #session: BidiSession;
  readonly #problems: string[];

  static async launch({ prefix = [], preferences = {} }: FirefoxOptions = {}): Promise<Firefox> {
    const program = findFirefox();
    if (program === undefined) throw new Error('no Firefox');
    const profile = mkdtempSync(join(tmpdir(), 'vigie-firefox-'));
    const lines = Object.entries({ ...PREFERENCES, ...preferences }).map(
      ([name, value]) => `user_pref(${JSON.stringify(name)}, ${JSON.stringify(value)});\n`,
    );
    writeFileSync(join(profile, 'user.js'), lines.join(''));
    const options = ['--headless', '--no-remote', '--profile', profile, '--remote-debugging-port=0'];
    const [command = '', ...words] = [...prefix, program, ...options];
    // The leader of a separate group: it has children.
    const child = spawn(command, words, {
      stdio: ['ignore', 'ignore', 'pipe'],
      detached: true,
      env: { ...process.env, HOME: profile, MOZ_CRASHREPORTER_DISABLE: '1' },
    });
    let output = '';
    child.stderr?.on('data', (chunk: Buffer) => (output += chunk.toString()));
    const problems: string[] = [];
    try {
      const [, port] = await until(
        'Firefox listens',
        () => {
          if (child.exitCode !== null || child.signalCode !== null)
            throw new Error(`Firefox ended: ${output}`);
          return /WebDriver BiDi listening on ws:\/\/127\.0\.0\.1:(\d+)/.exec(output);
        },
        START_TIMEOUT_MS,
      );
      const session = await BidiSession.open(Number(port), prefix, (method, entry) => {
        if (method === 'log.entryAdded' && entry['level'] === 'error') problems.push(String(entry['text']));
      });
      await session.send('session.subscribe', { events: ['log.entryAdded'] });
      return new Firefox(child, profile, session, problems);
    } catch (error) {
      end(child);
      rmSync(profile, { recursive: true, force: true });
      throw error;
    }
  }

  private constructor(child: ChildProcess, profile: string, session: BidiSession, problems: string[]) {
    this.#process = child;
    this.#profile = profile;
    this.#session = session;
    this.#problems = problems;
  }

  /** A page with its own cookies. Certificates are not checked. */
  async open(url: string): Promise<FirefoxPage> {
    const { userContext } = await this.#session.send('browser.createUserContext', {});
    const { context } = await this.#session.send('browsingContext.create', { type: 'tab', userContext });
    assert.ok(typeof context === 'string' && typeof userContext === 'string');
    await this.#session.send('browsingContext.setViewport', { context, viewport: VIEWPORT });
    const functionDeclaration = `() => { ${PAGE_SCRIPTS} }`;
    await this.#session.send('script.addPreloadScript', { functionDeclaration, contexts: [context] });
    const page = new FirefoxPage(this.#session, context, userContext);
    await page.goto(url);
    return page;
  }

  /** @param provoked errors caused by the test @throws Error listing the errors of all pages */
  assertNoProblems(provoked?: RegExp): void {
    const problems = this.#problems.filter((text) => !provoked?.test(text) && !EXPECTED_CONSOLE.test(text));
    if (problems.length > 0) throw new Error(`the pages had problems:\n${problems.join('\n')}`);
  }

  /** Idempotent. */
  async close(): Promise<void> {
    const { exitCode, signalCode } = this.#process;
    if (exitCode === null && signalCode === null) {
      const exited = once(this.#process, 'exit');
      // Its profile is deleted, so there is nothing to wait for.
      end(this.#process);
      await exited;
    }
    this.#session.close();
    rmSync(this.#profile, { recursive: true, force: true, maxRetries: 5 });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
    this.assertNoProblems();
  }
}

function end({ pid }: ChildProcess): void {
  if (pid !== undefined) process.kill(-pid, 'SIGKILL');
}
