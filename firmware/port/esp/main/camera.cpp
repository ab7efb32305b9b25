#include "camera.hpp"

#include <array>
#include <cstring>

#include "boards.hpp"
#include "core/jpeg_size.hpp"
#include "driver/gpio.h"
#include "driver/ledc.h"
#include "esp_camera.h"
#include "esp_log.h"
#include "esp_psram.h"
#include "esp_timer.h"

namespace vigie::esp {
namespace {

constexpr char kTag[] = "camera";
constexpr int kXclkHz = 20'000'000;
constexpr uint8_t kDefaultFrameSize = 5;  // VGA
constexpr uint8_t kDefaultJpegQuality = 12;
constexpr ledc_timer_t kFlashTimer = LEDC_TIMER_1;  // The driver's clock for the sensor is on 0.
constexpr ledc_channel_t kFlashChannel = LEDC_CHANNEL_1;

/// By position in kFrameSizes.
constexpr std::array<framesize_t, kFrameSizes.size()> kDriverSizes{
    FRAMESIZE_QQVGA, FRAMESIZE_HQVGA, FRAMESIZE_QVGA, FRAMESIZE_CIF,  FRAMESIZE_HVGA, FRAMESIZE_VGA,
    FRAMESIZE_SVGA,  FRAMESIZE_XGA,   FRAMESIZE_HD,   FRAMESIZE_SXGA, FRAMESIZE_UXGA};

/// The driver allocates its buffers once, for the largest possible picture.
framesize_t largest_size() { return esp_psram_is_initialized() ? FRAMESIZE_UXGA : FRAMESIZE_SVGA; }

camera_config_t driver_config() {
  camera_config_t config = {};
  config.pin_pwdn = kBoard.pwdn;
  config.pin_reset = kBoard.reset;
  config.pin_xclk = kBoard.xclk;
  config.pin_sccb_sda = kBoard.sda;
  config.pin_sccb_scl = kBoard.scl;
  config.pin_d0 = kBoard.data[0];
  config.pin_d1 = kBoard.data[1];
  config.pin_d2 = kBoard.data[2];
  config.pin_d3 = kBoard.data[3];
  config.pin_d4 = kBoard.data[4];
  config.pin_d5 = kBoard.data[5];
  config.pin_d6 = kBoard.data[6];
  config.pin_d7 = kBoard.data[7];
  config.pin_vsync = kBoard.vsync;
  config.pin_href = kBoard.href;
  config.pin_pclk = kBoard.pclk;
  config.xclk_freq_hz = kXclkHz;
  config.ledc_timer = LEDC_TIMER_0;
  config.ledc_channel = LEDC_CHANNEL_0;
  config.pixel_format = PIXFORMAT_JPEG;
  config.frame_size = largest_size();
  config.jpeg_quality = kDefaultJpegQuality;
  const bool psram = esp_psram_is_initialized();
  config.fb_count = psram ? 2 : 1;
  config.fb_location = psram ? CAMERA_FB_IN_PSRAM : CAMERA_FB_IN_DRAM;
  // With it the driver fills one buffer while the other waits, and replaces the waiting one with a newer
  // frame.
  config.grab_mode = psram ? CAMERA_GRAB_LATEST : CAMERA_GRAB_WHEN_EMPTY;
  return config;
}

class Guard {
 public:
  explicit Guard(SemaphoreHandle_t lock) : lock_(lock) { xSemaphoreTake(lock_, portMAX_DELAY); }
  ~Guard() { xSemaphoreGive(lock_); }
  Guard(const Guard&) = delete;
  Guard& operator=(const Guard&) = delete;

 private:
  SemaphoreHandle_t lock_;
};

}  // namespace

bool Camera::start() {
  const Guard guard(lock_);
  if (started_) esp_camera_deinit();
  started_ = false;
  const camera_config_t config = driver_config();
  const esp_err_t error = esp_camera_init(&config);
  if (error != ESP_OK) {
    ESP_LOGE(kTag, "the sensor does not answer (%s): check its ribbon cable and the power supply",
             esp_err_to_name(error));
    return false;
  }
  started_ = true;
  sensor_t* sensor = esp_camera_sensor_get();
  const camera_sensor_info_t* info = sensor ? esp_camera_sensor_get_info(&sensor->id) : nullptr;
  if (info) sensor_name_ = info->name;
  Settings initial{.frame_size = kDefaultFrameSize, .jpeg_quality = kDefaultJpegQuality};
  merge(initial, settings_);
  apply_to_sensor(initial);
  return true;
}

bool Camera::capture(FrameSlot& slot) {
  camera_fb_t* frame = esp_camera_fb_get();
  if (!frame) return false;
  // On the session's clock: the driver stamps the beginning of the frame with esp_timer's time.
  const uint64_t captured_us = static_cast<uint64_t>(frame->timestamp.tv_sec) * 1'000'000 +
                               static_cast<uint64_t>(frame->timestamp.tv_usec);
  const size_t length = frame->len;
  const bool fits = length <= slot.jpeg_room().size() && length <= kMaxJpegBytes;
  if (fits) std::memcpy(slot.jpeg_room().data(), frame->buf, length);
  esp_camera_fb_return(frame);
  if (!fits) {
    ESP_LOGW(kTag, "a picture of %u bytes is too large: choose a lower quality or size",
             static_cast<unsigned>(length));
    return false;
  }
  // The size in the picture: after a change of size, the driver's own numbers are ahead of it.
  const std::optional<JpegSize> size = jpeg_size(slot.jpeg_room().first(length));
  if (!size) return false;
  slot.jpeg_bytes = static_cast<uint32_t>(length);
  slot.capture_us = captured_us;
  slot.width = size->width;
  slot.height = size->height;
  return true;
}

const char* Camera::apply(const Settings& settings) {
  const Guard guard(lock_);
  if (const char* reason = refuse(settings)) return reason;
  apply_to_sensor(settings);
  merge(settings_, settings);
  return nullptr;
}

const char* Camera::refuse(const Settings& settings) const {
  if (!started_) return "the camera's sensor does not answer";
  if (settings.frame_size) {
    const sensor_t* sensor = esp_camera_sensor_get();
    sensor_id_t id = sensor->id;
    const camera_sensor_info_t* info = esp_camera_sensor_get_info(&id);
    const framesize_t wanted = kDriverSizes[*settings.frame_size];
    if (wanted > largest_size()) return "this board has too little memory for that frame size";
    if (info && wanted > info->max_size) return "this sensor has no such frame size";
  }
  if (settings.flash.value_or(0) > 0 && kBoard.flash == kNoPin) return "this board has no flash LED";
  return nullptr;
}

void Camera::apply_to_sensor(const Settings& settings) {
  sensor_t* sensor = esp_camera_sensor_get();
  if (!sensor) return;
  // Not every sensor has every function.
  const auto set = [sensor](int (*function)(sensor_t*, int), auto value) {
    if (value && function) function(sensor, static_cast<int>(*value));
  };
  if (settings.frame_size && sensor->set_framesize)
    sensor->set_framesize(sensor, kDriverSizes[*settings.frame_size]);
  set(sensor->set_quality, settings.jpeg_quality);
  set(sensor->set_hmirror, settings.h_mirror);
  set(sensor->set_vflip, settings.v_flip);
  set(sensor->set_brightness, settings.brightness);
  set(sensor->set_contrast, settings.contrast);
  set(sensor->set_ae_level, settings.exposure);
  set(sensor->set_wb_mode, settings.white_balance);
  if (settings.flash) set_flash(*settings.flash);
}

void Camera::set_flash(uint8_t brightness) {
  if (kBoard.flash == kNoPin) return;
  if (!flash_ready_) {
    ledc_timer_config_t timer = {};
    timer.speed_mode = LEDC_LOW_SPEED_MODE;
    timer.duty_resolution = LEDC_TIMER_8_BIT;
    timer.timer_num = kFlashTimer;
    timer.freq_hz = 5000;
    timer.clk_cfg = LEDC_AUTO_CLK;
    ledc_channel_config_t channel = {};
    channel.gpio_num = kBoard.flash;
    channel.speed_mode = LEDC_LOW_SPEED_MODE;
    channel.channel = kFlashChannel;
    channel.timer_sel = kFlashTimer;
    flash_ready_ = ledc_timer_config(&timer) == ESP_OK && ledc_channel_config(&channel) == ESP_OK;
    if (!flash_ready_) return;
  }
  ledc_set_duty(LEDC_LOW_SPEED_MODE, kFlashChannel, brightness);
  ledc_update_duty(LEDC_LOW_SPEED_MODE, kFlashChannel);
}

}  // namespace vigie::esp
