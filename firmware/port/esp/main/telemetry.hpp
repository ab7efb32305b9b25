// How the camera is, as the server turns it into advice.
#pragma once

#include "core/protocol.hpp"

namespace vigie::esp {

Telemetry read_telemetry();

}  // namespace vigie::esp
