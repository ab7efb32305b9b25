// Wi-Fi: joins the network and always rejoins it, or opens its own for the setup page.
#pragma once

#include "core/credentials.hpp"

namespace vigie::esp {

/// Call it once, before everything else of the network.
void open_network();

/// Joins the network; `wifi_is_connected` reports the state.
void join_wifi(const Credentials& credentials);
bool wifi_is_connected();
/// dBm, or 0 while not connected.
int wifi_rssi();

/// @returns the name of the network it has opened; its password is `password`
const char* open_setup_network(const char* password);

}  // namespace vigie::esp
