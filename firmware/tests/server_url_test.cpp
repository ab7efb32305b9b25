#include "core/server_url.hpp"

#include <doctest/doctest.h>

#include <string>
#include <utility>

TEST_CASE("a server's URL is split into its parts") {
  struct Row {
    const char* text;
    bool is_secure;
    const char* host;
    uint16_t port;
    const char* path;
  };
  const Row rows[] = {
      {"ws://192.168.1.5:8080/camera", false, "192.168.1.5", 8080, "/camera"},
      {"wss://vigie.example/camera", true, "vigie.example", 443, "/camera"},
      {"ws://vigie.local", false, "vigie.local", 80, "/"},
      {"wss://[fe80::1]:8443/a/b?c=d", true, "fe80::1", 8443, "/a/b?c=d"},
      {"ws://[::1]/camera", false, "::1", 80, "/camera"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.text);
    const auto url = vigie::parse_server_url(row.text);
    REQUIRE(url);
    CHECK(url->is_secure == row.is_secure);
    CHECK(url->host == row.host);
    CHECK(url->port == row.port);
    CHECK(url->path == row.path);
  }
}

TEST_CASE("the server's other paths stand beside the cameras'") {
  for (const auto& [text, expected] : {std::pair{"wss://a/camera", ""},
                                       {"wss://a/vigie/camera", "/vigie"},
                                       {"wss://a/home/vigie/camera?x=/camera", "/home/vigie"},
                                       {"wss://a/other", ""},
                                       {"wss://a", ""}}) {
    CAPTURE(text);
    CHECK(vigie::base_path(*vigie::parse_server_url(text)) == expected);
  }
}

TEST_CASE("what is no URL of a server is refused") {
  for (const char* text : {"",
                           "ws://",
                           "wss:///camera",
                           "http://a/camera",
                           "https://a",
                           "WS://a/camera",
                           "a/camera",
                           "ws:/a",
                           "ws://a:/x",
                           "ws://a:0/x",
                           "ws://a:65536/x",
                           "ws://a:123456/x",
                           "ws://a:8o/x",
                           "ws://user@a/x",
                           "ws://user:word@a/x",
                           "ws://[::1/x",
                           "ws://[]/x",
                           "ws://[::1]x/y",
                           "ws://a b/x",
                           "ws://a/x y",
                           "ws://a/x\r\nHost: b",
                           "ws://a/#x",
                           "ws://a?x",
                           "ws://\xc3\xa9/x",
                           "ws://a\\b/x"}) {
    CAPTURE(text);
    CHECK_FALSE(vigie::parse_server_url(text));
  }
}
