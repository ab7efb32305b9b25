// Setup by phone: the camera's own network with one page, to which every name on it resolves.
#pragma once

namespace vigie::esp {

/// Opens the network and serves the page until the camera is set up and restarts. Does not return.
[[noreturn]] void run_setup_page();

}  // namespace vigie::esp
