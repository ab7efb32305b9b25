// Patterns of the small LED. They are listed in the tables of ../README.md and firmware/README.md.
#pragma once

namespace vigie::esp {

enum class Status { setup, no_sensor, no_wifi, no_server, key_rejected, streaming };

void start_status_led();
void show_status(Status status);

}  // namespace vigie::esp
