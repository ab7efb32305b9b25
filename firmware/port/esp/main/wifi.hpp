// Wi-Fi: joins the network and comes back to it for ever, or opens one of its own for the setup page.
#pragma once

#include "core/credentials.hpp"

namespace vigie::esp {

/// To be called once, before anything else of the network.
void open_network();

/// Joins the network; what becomes of it, `wifi_is_connected` says.
void join_wifi(const Credentials& credentials);
bool wifi_is_connected();
/// dBm, or 0 while not connected.
int wifi_rssi();

/// @returns the name of the network it has opened; its password is `password`
const char* open_setup_network(const char* password);

}  // namespace vigie::esp
