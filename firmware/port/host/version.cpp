#include "port/host/version.hpp"

namespace vigie::host {

const std::string_view kVersion = VIGIE_FIRMWARE_VERSION;

}  // namespace vigie::host
