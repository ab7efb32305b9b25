// Setting up by the serial line: one command a line, one answer each, for people and for scripts.
//
//   set ssid|password|server|id|key VALUE    -> ok | error: why
//   VIGIE_SERVER_URL=..., and the other lines that the server's page offers to copy, likewise
//   save                                     -> ok, and it restarts | error: what is missing
//   status                                   -> what is set, never the key or the password
//   forget                                   -> ok, and it restarts with the setup page
//   restart
#pragma once

namespace vigie::esp {

/// Starts the task that reads the console.
void start_serial_line();

}  // namespace vigie::esp
