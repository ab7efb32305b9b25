// The camera's state, from which the server derives advice.
#pragma once

#include "core/protocol.hpp"

namespace vigie::esp {

Telemetry read_telemetry();

}  // namespace vigie::esp
