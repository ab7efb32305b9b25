import { shellWord } from '../devices/camera-configuration.ts';

/**
 * The call a sensor makes, as a line for a shell.
 *
 * @param url of the camera's events
 * @param authorityFile of ServerAddresses
 */
export function sensorCommand(url: string, token: string, authorityFile: string | null = null): string {
  const trust = authorityFile === null ? '' : ` --cacert ${shellWord(authorityFile)}`;
  return `curl -X POST ${url}${trust} -H "Authorization: Bearer ${token}" -H "Content-Type: application/json" -d '{"kind":"motion"}'`;
}
