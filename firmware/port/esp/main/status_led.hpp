// What the small LED says. The patterns are in ../README.md's and firmware/README.md's tables.
#pragma once

namespace vigie::esp {

enum class Status { setup, no_sensor, no_wifi, no_server, key_rejected, streaming };

void start_status_led();
void show_status(Status status);

}  // namespace vigie::esp
