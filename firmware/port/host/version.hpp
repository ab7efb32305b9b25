// The version this program says it is; the build may give it another.
#pragma once

#include <string_view>

namespace vigie::host {

extern const std::string_view kVersion;

}  // namespace vigie::host
