// A motion sensor (PIR) on an ESP8266 that reports motion at one camera of Vigie, by one HTTPS call.
// Arduino core for ESP8266 3.x. PIR: VCC to 5 V, GND to GND, OUT to D5. Make the token in the camera's menu under Sensors.
#include <ESP8266HTTPClient.h>
#include <ESP8266WiFi.h>
#include <WiFiClientSecureBearSSL.h>
#include <time.h>

const char *SSID = "your Wi-Fi";
const char *WIFI_PASSWORD = "its password";
const char *EVENTS_URL = "https://vigie.example/api/cameras/cam_.../events";
const char *SENSOR_TOKEN = "43 characters, shown once";
// The authority that signed the server's certificate: /ca.pem of a server with VIGIE_TLS=local, else its root.
const char CA_PEM[] PROGMEM = R"(-----BEGIN CERTIFICATE-----
...
-----END CERTIFICATE-----)";
const int PIR_PIN = D5;

BearSSL::X509List authority(CA_PEM);

void setup() {
  pinMode(PIR_PIN, INPUT);
  WiFi.mode(WIFI_STA);
  WiFi.begin(SSID, WIFI_PASSWORD);
  while (WiFi.status() != WL_CONNECTED) delay(100);
  configTime(0, 0, "pool.ntp.org");  // A certificate cannot be checked without knowing the date.
  while (time(nullptr) < 1700000000) delay(100);
}

void reportMotion() {
  BearSSL::WiFiClientSecure client;
  client.setTrustAnchors(&authority);
  HTTPClient http;
  if (!http.begin(client, EVENTS_URL)) return;
  http.addHeader("Authorization", String("Bearer ") + SENSOR_TOKEN);
  http.addHeader("Content-Type", "application/json");
  http.POST("{\"kind\":\"motion\"}");  // 201; a call that fails is not repeated: the next motion comes.
  http.end();
}

void loop() {
  static int before = LOW;
  const int now = digitalRead(PIR_PIN);
  if (now == HIGH && before == LOW) reportMotion();
  before = now;
  delay(20);
}
