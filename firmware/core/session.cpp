#include "core/session.hpp"

#include <algorithm>

namespace vigie {
namespace {

/// Requests sent in a row at the start, so that the server knows the clock at once.
constexpr uint32_t kFirstTimeQuestions = 4;

constexpr uint64_t us(uint32_t ms) { return uint64_t{ms} * 1000; }

/// Close codes after which it reconnects slowly: another camera uses the id, or an administrator has decided.
bool calls_for_patience(uint16_t code) {
  return code == close_code::kUnauthorized || code == close_code::kReplaced || code == close_code::kRemoved ||
         code == close_code::kKeyRotated;
}

}  // namespace

Session::Session(const SessionOptions& options, FrameMailbox& mailbox, Environment& environment, Link& link,
                 Device& device)
    : mailbox_(mailbox),
      environment_(environment),
      link_(link),
      device_(device),
      key_(options.key),
      description_(options.device) {
  facts_.camera_id = options.camera_id;
}

void Session::start() {
  if (state_ != SessionState::stopped) return;
  deadline_us_ = environment_.now_us();
  enter(SessionState::waiting, "starting");
}

void Session::stop() {
  if (state_ == SessionState::stopped) return;
  const bool linked = state_ != SessionState::waiting;
  enter(SessionState::stopped, "stopped");
  if (linked) link_.close(close_code::kNormal);
}

void Session::on_open() {
  if (state_ == SessionState::connecting) enter(SessionState::greeting, "connected");
}

void Session::on_text(std::string_view text) {
  if (state_ < SessionState::greeting) return;
  std::visit([this](const auto& message) { handle(message); }, parse_server_message(text));
}

void Session::on_binary() {
  if (state_ >= SessionState::greeting) handle(std::monostate{});
}

void Session::on_closed(uint16_t code, std::string_view reason) {
  if (state_ >= SessionState::connecting) fail(reason.empty() ? "the connection ended" : reason, code);
}

uint64_t Session::run() {
  const uint64_t now = environment_.now_us();
  if (state_ == SessionState::waiting && now >= deadline_us_) connect();
  if (state_ == SessionState::connecting || state_ == SessionState::greeting ||
      state_ == SessionState::proving) {
    if (now >= deadline_us_) fail("no welcome from the server in time");
  }
  if (state_ == SessionState::online) {
    if (is_silent(now)) {
      fail("the server has not answered for 5 s");
    } else {
      send_frames();
      if (state_ == SessionState::online && now >= next_time_us_) ask_time();
      if (state_ == SessionState::online && now >= next_telemetry_us_) send_telemetry();
      if (state_ == SessionState::online && motion_ != motion_told_) tell_motion();
    }
  }
  uint64_t next = deadline_us_;
  if (state_ == SessionState::stopped) next = now + us(1000);
  if (state_ == SessionState::online) {
    next = std::min(next_time_us_, next_telemetry_us_);
    if (asked_at_us_) next = std::min(next, *asked_at_us_ + us(kSilenceTimeoutMs));
    if (const auto sent = window_.oldest_sent_us()) next = std::min(next, *sent + us(kSilenceTimeoutMs));
  }
  const uint64_t later = environment_.now_us();
  return next > later ? next - later : 0;
}

void Session::enter(SessionState state, std::string_view detail, uint32_t retry_ms) {
  state_ = state;
  device_.on_state(state, detail, retry_ms);
}

void Session::connect() {
  window_ = {};
  clock_ = {};
  acknowledged_ = false;
  time_questions_ = 0;
  asked_at_us_.reset();
  answered_.reset();
  send_stalls_ = 0;
  motion_told_ = false;
  update_id_.reset();
  deadline_us_ = environment_.now_us() + us(kHandshakeTimeoutMs);
  enter(SessionState::connecting, "connecting");
  link_.open();
}

void Session::fail(std::string_view reason, uint16_t code) {
  if (acknowledged_ && !calls_for_patience(code)) backoff_.reset();
  acknowledged_ = false;
  last_close_code_ = code;
  std::array<uint8_t, 4> bytes;
  environment_.fill_random(bytes);
  const uint32_t random =
      uint32_t{bytes[0]} | uint32_t{bytes[1]} << 8 | uint32_t{bytes[2]} << 16 | uint32_t{bytes[3]} << 24;
  const uint32_t retry_ms = backoff_.next_ms(random);
  enter(SessionState::waiting, reason, retry_ms);
  link_.close(code);
  // Closing may take some time; the pause begins when it is done.
  deadline_us_ = environment_.now_us() + us(retry_ms);
}

void Session::say(std::string_view message) {
  if (!link_.send_text(message)) fail("the network takes nothing any more");
}

void Session::handle(std::monostate) { fail("the server sent a message that is not protocol v1"); }

void Session::handle(const Challenge& challenge) {
  if (state_ != SessionState::greeting) return fail("a second challenge");
  facts_.server_nonce = challenge.nonce;
  environment_.fill_random(facts_.camera_nonce);
  enter(SessionState::proving, "challenged");
  say(write_hello(text_, facts_, handshake_proof(key_, HandshakeRole::camera, facts_), description_,
                  device_.stored()));
}

void Session::handle(const Welcome& welcome) {
  if (state_ != SessionState::proving) return fail("an unexpected welcome");
  if (!equal_in_constant_time(handshake_proof(key_, HandshakeRole::server, facts_), welcome.proof))
    return fail("the server does not know the key: this is not the server it was paired with");
  apply(welcome.settings);
  // Whether or not the camera accepts the other settings, this one applies to the session.
  if (welcome.settings.ack_window) window_.set_size(*welcome.settings.ack_window);
  const uint64_t now = environment_.now_us();
  next_time_us_ = now;
  next_telemetry_us_ = now;
  telemetry_at_us_ = now;
  frames_at_telemetry_ = 0;
  // Frames captured before the connection are outdated by now.
  mailbox_.take();
  passed_over_before_ = mailbox_.passed_over();
  enter(SessionState::online, "online");
}

void Session::handle(const Ack& ack) {
  if (state_ != SessionState::online || !window_.acknowledge(ack.sequence))
    return fail("the server acknowledged a frame that was never sent");
  acknowledged_ = true;
}

void Session::handle(const TimeAnswer& answer) {
  if (state_ != SessionState::online) return handle(std::monostate{});
  // A late answer to an earlier request, or a duplicate, completes nothing.
  if (!asked_at_us_ || answer.id != time_questions_ - 1) return;
  const uint64_t t3 = environment_.now_us();
  clock_.add(static_cast<int64_t>(*asked_at_us_), answer.t1, answer.t2, static_cast<int64_t>(t3));
  asked_at_us_.reset();
  answered_ = AnsweredTime{answer.id, t3};
  if (time_questions_ < kFirstTimeQuestions) ask_time();
}

void Session::handle(const SetCommand& command) {
  if (state_ != SessionState::online) return handle(std::monostate{});
  const char* refusal = apply(command.settings);
  say(refusal ? write_rejected(text_, command.id, refusal) : write_applied(text_, command.id));
}

void Session::handle(const RebootCommand& command) {
  if (state_ != SessionState::online) return handle(std::monostate{});
  say(write_applied(text_, command.id));
  if (state_ != SessionState::online) return;
  fail("reboot requested", close_code::kNormal);
  device_.reboot();
}

void Session::handle(const UpdateOffer& offer) {
  if (state_ != SessionState::online) return handle(std::monostate{});
  const char* refusal = update_id_ ? "an update is under way" : device_.begin_update(offer);
  if (refusal) return say(write_rejected(text_, offer.id, refusal));
  update_id_ = offer.id;
  next_progress_us_ = 0;
  say(write_applied(text_, offer.id));
}

void Session::sense(bool motion) { motion_ = motion; }

void Session::update_progress(uint32_t received_bytes) {
  const uint64_t now = environment_.now_us();
  if (state_ != SessionState::online || !update_id_ || now < next_progress_us_) return;
  next_progress_us_ = now + us(kUpdateProgressIntervalMs);
  say(write_ota_progress(text_, *update_id_, received_bytes));
}

void Session::update_finished(const char* failure) {
  if (state_ == SessionState::online && update_id_) say(write_ota_result(text_, *update_id_, failure));
  update_id_.reset();
  if (failure) return;
  // A server that missed the report sees the new version when the camera reconnects.
  if (state_ > SessionState::waiting) fail("restarting into the new firmware", close_code::kGoingAway);
  device_.reboot();
}

const char* Session::apply(const SettingsRequest& request) {
  if (request.refusal) return request.refusal;
  if (const char* refusal = device_.apply(request.settings)) return refusal;
  if (request.ack_window) window_.set_size(*request.ack_window);
  Settings lasting = request.settings;
  if (request.is_temporary) lasting.frame_size = lasting.jpeg_quality = lasting.max_fps = std::nullopt;
  if (lasting != Settings{}) device_.store(lasting);
  return nullptr;
}

void Session::send_frames() {
  while (window_.is_open()) {
    FrameSlot* frame = mailbox_.take();
    if (!frame) return;
    const uint64_t now = environment_.now_us();
    const FrameHeader header{.sequence = window_.send(now),
                             .capture_us = frame->capture_us,
                             .send_us = now,
                             .width = frame->width,
                             .height = frame->height,
                             .jpeg_bytes = frame->jpeg_bytes};
    write_frame_header(header, frame->bytes.first<kFrameHeaderBytes>());
    if (!link_.send_binary(frame->message())) return fail("the network takes nothing any more");
    if (environment_.now_us() - now > us(kSendStallMs)) send_stalls_++;
  }
}

void Session::ask_time() {
  const uint64_t now = environment_.now_us();
  next_time_us_ = now + us(kTimeSyncIntervalMs);
  asked_at_us_ = now;
  say(write_time(text_, time_questions_++, now, answered_));
}

void Session::send_telemetry() {
  const uint64_t now = environment_.now_us();
  const uint64_t elapsed = std::max<uint64_t>(1, now - telemetry_at_us_);
  const uint64_t frames = frames_sent() - frames_at_telemetry_;
  TelemetryReport report;
  report.device = device_.telemetry();
  report.fps_tenths = static_cast<uint32_t>((frames * 10'000'000 + elapsed / 2) / elapsed);
  report.drops = mailbox_.passed_over() - passed_over_before_;
  report.send_stalls = send_stalls_;
  frames_at_telemetry_ = frames_sent();
  telemetry_at_us_ = now;
  next_telemetry_us_ = now + us(kTelemetryIntervalMs);
  say(write_telemetry(text_, report));
}

void Session::tell_motion() {
  motion_told_ = motion_;
  say(write_motion(text_, motion_));
}

bool Session::is_silent(uint64_t now) {
  const uint64_t patience = us(kSilenceTimeoutMs);
  const std::optional<uint64_t> sent = window_.oldest_sent_us();
  return (sent && now > *sent + patience) || (asked_at_us_ && now > *asked_at_us_ + patience);
}

}  // namespace vigie
