/** Every ESP-IDF call of the port is listed in one table of its README; this compares the table with the sources. */

import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { test } from 'node:test';

const PORT = resolve(import.meta.dirname, '../../firmware/port/esp');
/** Functions of ESP-IDF, its components and FreeRTOS, by their prefixes. */
const CALL =
  /\b((?:esp_(?:camera|websocket|transport|crt|wifi|netif|event|ota|http|app|task|restart|reset|random|fill|read|timer|psram|log)|nvs_|httpd_|ledc_|gpio_|heap_caps)\w*|[xuv](?:l?Task|TaskNotify|Semaphore|MessageBuffer)\w+)\(/g;
/** Macros, types and declarations. */
const NO_CALLS = /^(?:esp_log_|esp_timer_handle_t|esp_err)/;

const sources = globSync('main/*.{cpp,hpp}', { cwd: PORT })
  .map((name) => readFileSync(resolve(PORT, name), 'utf8').replaceAll(/\/\/.*$/gm, ''))
  .join('\n');
const used = new Set(
  [...sources.matchAll(CALL)].map(([, name = '']) => name).filter((name) => !NO_CALLS.test(name)),
);

/** `esp_wifi_init`, `_start` stands for `esp_wifi_init` and `esp_wifi_start`. */
const listed = new Set(
  readFileSync(resolve(PORT, 'README.md'), 'utf8')
    .split('\n')
    .filter((line) => line.startsWith('| `'))
    .flatMap((line) => {
      let prefix = '';
      return [...line.matchAll(/`(_?[a-zA-Z]\w+)`/g)].map(([, name = '']) => {
        if (!name.startsWith('_')) {
          // For a family of calls, the common part comes first.
          prefix = /^(esp_websocket_client|esp_http_client|esp_wifi)/.exec(name)?.[1] ?? '';
          return name;
        }
        return prefix + name;
      });
    }),
);

test('every call of the port is in its README’s table', () => {
  assert.ok(used.size > 60, `${used.size} calls found`);
  assert.deepEqual(
    [...used].filter((name) => !listed.has(name)),
    [],
  );
});

test('the table lists no call that the port does not make', () => {
  const calls = [...listed].filter(
    (name) =>
      /^(?:esp_|nvs_|httpd_|ledc_|gpio_|heap_caps_|[xuv]l?(?:Task|Semaphore|MessageBuffer))/.test(name) &&
      !name.endsWith('_default'),
  );
  assert.deepEqual(
    calls.filter((name) => !new RegExp(`\\b${name}\\b`).test(sources)),
    [],
  );
});
