// Setting up by phone: a network of the camera's own with one page, to which every name on it leads.
#pragma once

namespace vigie::esp {

/// Opens the network and serves the page until the camera is set up and restarts. Does not come back.
[[noreturn]] void run_setup_page();

}  // namespace vigie::esp
