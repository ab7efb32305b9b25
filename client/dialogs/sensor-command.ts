/**
 * The call a sensor makes, as a line for a shell.
 *
 * @param url of the camera's events
 */
export function sensorCommand(url: string, token: string): string {
  return `curl -X POST ${url} -H "Authorization: Bearer ${token}" -H "Content-Type: application/json" -d '{"kind":"motion"}'`;
}
