#include "port/host/https_request.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <optional>
#include <string_view>
#include <vector>

namespace vigie::host {
namespace {

constexpr size_t kMaxHeadBytes = 8192;
constexpr uint32_t kAskMs = 200;

Deadline in_ms(uint32_t ms) { return std::chrono::steady_clock::now() + std::chrono::milliseconds(ms); }

std::string head_of(const ServerUrl& server, const HttpsRequest& request) {
  const bool is_ipv6 = server.host.find(':') != std::string_view::npos;
  const std::string host = is_ipv6 ? '[' + std::string(server.host) + ']' : std::string(server.host);
  std::string head = request.method + ' ' + request.path + " HTTP/1.1\r\nHost: " + host + ':' +
                     std::to_string(server.port) + "\r\nConnection: close\r\nAccept-Encoding: identity\r\n" +
                     request.header_lines;
  if (!request.body.empty())
    head +=
        "Content-Type: application/json\r\nContent-Length: " + std::to_string(request.body.size()) + "\r\n";
  return head + "\r\n";
}

template <typename T>
std::optional<T> number(std::string_view text) {
  T value{};
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (failure != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

std::string_view trimmed(std::string_view text) {
  const size_t from = text.find_first_not_of(" \t");
  return from == std::string_view::npos ? std::string_view()
                                        : text.substr(from, text.find_last_not_of(" \t") - from + 1);
}

bool is_called(std::string_view name, std::string_view expected) {
  return std::ranges::equal(
      name, expected, [](unsigned char a, unsigned char b) { return std::tolower(a) == std::tolower(b); });
}

/// @returns nothing when it is not an answer with a known length
std::optional<HttpsAnswer> parse_head(std::string_view head) {
  HttpsAnswer answer;
  const size_t line_end = std::min(head.find("\r\n"), head.size());
  const std::string_view status_line = head.substr(0, line_end);
  if (!status_line.starts_with("HTTP/1.1 ") || status_line.size() < 12) return std::nullopt;
  const std::optional<int> status = number<int>(status_line.substr(9, 3));
  if (!status) return std::nullopt;
  answer.status = *status;
  std::optional<uint64_t> length;
  for (size_t at = line_end; at < head.size();) {
    at += 2;
    const size_t end = std::min(head.find("\r\n", at), head.size());
    const std::string_view line = head.substr(at, end - at);
    const size_t colon = line.find(':');
    at = end;
    if (colon == std::string_view::npos) continue;
    const std::string_view name = line.substr(0, colon);
    if (is_called(name, "transfer-encoding")) return std::nullopt;
    if (!is_called(name, "content-length")) continue;
    if (length) return std::nullopt;
    length = number<uint64_t>(trimmed(line.substr(colon + 1)));
    if (!length) return std::nullopt;
  }
  if (!length) return std::nullopt;
  answer.content_length = *length;
  return answer;
}

class Receiving {
 public:
  Receiving(Stream& stream, uint32_t silence_ms, const HttpsReceiver& receiver)
      : stream_(stream), silence_ms_(silence_ms), receiver_(receiver) {}

  std::string run() {
    constexpr std::string_view kEnd = "\r\n\r\n";
    size_t body_at = 0;
    while (body_at == 0) {
      if (const std::string problem = more(); !problem.empty()) return problem;
      const auto end = std::search(buffer_.begin(), buffer_.end(), kEnd.begin(), kEnd.end());
      if (end != buffer_.end()) body_at = static_cast<size_t>(end - buffer_.begin()) + kEnd.size();
      if (body_at == 0 && buffer_.size() > kMaxHeadBytes) return "the server's answer is not understood";
    }
    const std::string_view head(reinterpret_cast<const char*>(buffer_.data()), body_at - kEnd.size());
    const std::optional<HttpsAnswer> answer = parse_head(head);
    if (!answer) return "the server's answer is not understood";
    if (const char* reason = receiver_.on_head(*answer)) return reason;
    return read_body(answer->content_length, body_at);
  }

 private:
  std::string read_body(uint64_t left, size_t from) {
    for (;;) {
      const std::span<const uint8_t> here = std::span<const uint8_t>(buffer_).subspan(from);
      const std::span piece = here.first(static_cast<size_t>(std::min<uint64_t>(left, here.size())));
      if (!piece.empty()) {
        if (const char* reason = receiver_.on_body(piece)) return reason;
      }
      left -= piece.size();
      if (left == 0) return {};
      buffer_.clear();
      from = 0;
      if (const std::string problem = more(); !problem.empty()) return problem;
    }
  }

  /// Appends what comes next.
  std::string more() {
    std::array<uint8_t, 16 * 1024> room;
    for (;;) {
      size_t length = 0;
      switch (stream_.read(room, length)) {
        case Stream::Read::some:
          buffer_.insert(buffer_.end(), room.begin(), room.begin() + static_cast<std::ptrdiff_t>(length));
          return {};
        case Stream::Read::ended:
          return "the download was interrupted";
        case Stream::Read::none_yet:
          if (const char* reason = wait()) return reason;
      }
    }
  }

  const char* wait() {
    const Deadline end = in_ms(silence_ms_);
    while (!stream_.wait_readable(std::min(end, in_ms(kAskMs)))) {
      if (!receiver_.goes_on()) return "the camera stops";
      if (std::chrono::steady_clock::now() >= end) return "the server does not go on";
    }
    return nullptr;
  }

  Stream& stream_;
  uint32_t silence_ms_;
  const HttpsReceiver& receiver_;
  std::vector<uint8_t> buffer_;
};

}  // namespace

std::string https_request(const ServerUrl& server, SSL_CTX* tls, const HttpsRequest& request,
                          uint32_t silence_ms, const HttpsReceiver& receiver) {
  if (!server.is_secure || !tls) return "only over verified TLS";
  Stream stream;
  std::string error;
  if (!stream.connect(server, tls, in_ms(silence_ms), error)) return error;
  const std::string message = head_of(server, request) + request.body;
  if (!stream.write({reinterpret_cast<const uint8_t*>(message.data()), message.size()}, in_ms(silence_ms)))
    return "the server does not take the request";
  return Receiving(stream, silence_ms, receiver).run();
}

}  // namespace vigie::host
