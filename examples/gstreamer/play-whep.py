"""Plays one camera of Vigie by WHEP, with GStreamer's webrtcbin.

    VIGIE_KEY=vigie_… /usr/bin/python3 play-whep.py https://vigie.example cam_…

Debian and Ubuntu: apt install python3-gst-1.0 gstreamer1.0-plugins-bad gstreamer1.0-plugins-good gstreamer1.0-nice
"""

import argparse
import os
import sys
import urllib.error
import urllib.parse
import urllib.request

import gi

gi.require_version("Gst", "1.0")
gi.require_version("GstSdp", "1.0")
gi.require_version("GstWebRTC", "1.0")
from gi.repository import GLib, Gst, GstSdp, GstWebRTC  # noqa: E402

VP8 = "application/x-rtp,media=video,encoding-name=VP8,payload=96,clock-rate=90000,rtcp-fb-nack-pli=true"


class Player:
    def __init__(self, endpoint: str, key: str, frames: int | None, sink: str) -> None:
        self.endpoint, self.key, self.frames, self.sink = endpoint, key, frames, sink
        self.session: str | None = None
        self.shown = 0
        self.error: str | None = None
        self.loop = GLib.MainLoop()
        self.pipeline = Gst.Pipeline.new("player")
        self.webrtc = Gst.ElementFactory.make("webrtcbin", "webrtc")
        if self.webrtc is None:
            sys.exit("webrtcbin is missing: install gstreamer1.0-plugins-bad")
        self.webrtc.set_property("bundle-policy", GstWebRTC.WebRTCBundlePolicy.MAX_BUNDLE)
        self.pipeline.add(self.webrtc)
        self.webrtc.connect("pad-added", self.on_pad)
        self.webrtc.emit(
            "add-transceiver", GstWebRTC.WebRTCRTPTransceiverDirection.RECVONLY, Gst.Caps.from_string(VP8)
        )
        bus = self.pipeline.get_bus()
        bus.add_signal_watch()
        bus.connect("message::error", lambda _bus, message: self.stop(str(message.parse_error()[0])))

    def run(self) -> int:
        self.pipeline.set_state(Gst.State.PLAYING)
        GLib.idle_add(self.offer)
        try:
            self.loop.run()
        except KeyboardInterrupt:
            pass
        if self.session is not None:
            self.call("DELETE", self.session)
        self.pipeline.set_state(Gst.State.NULL)
        if self.error is not None:
            print(self.error, file=sys.stderr)
        return 0 if self.error is None else 1

    def stop(self, error: str | None = None) -> None:
        self.error = self.error or error
        self.loop.quit()

    def offer(self) -> bool:
        def on_offer(promise: Gst.Promise) -> None:
            # The description belongs to the reply, which must live as long.
            reply = promise.get_reply()
            offer = reply.get_value("offer")
            self.webrtc.emit("set-local-description", offer, Gst.Promise.new())
            # Without candidates: Vigie is ICE-lite, and learns each address from the checks that come from it.
            GLib.idle_add(self.send_offer, offer.sdp.as_text())

        self.webrtc.emit("create-offer", None, Gst.Promise.new_with_change_func(on_offer))
        return False

    def send_offer(self, offer: str) -> bool:
        try:
            location, answer = self.call("POST", self.endpoint, offer.encode())
        except urllib.error.HTTPError as error:
            self.stop(f"the server refused: {error.code} {error.read().decode()}")
            return False
        except OSError as error:
            self.stop(f"the server cannot be reached: {error}")
            return False
        self.session = urllib.parse.urljoin(self.endpoint, location)
        _, sdp = GstSdp.SDPMessage.new_from_text(answer.decode())
        description = GstWebRTC.WebRTCSessionDescription.new(GstWebRTC.WebRTCSDPType.ANSWER, sdp)
        self.webrtc.emit("set-remote-description", description, Gst.Promise.new())
        return False

    def call(self, method: str, url: str, body: bytes | None = None) -> tuple[str, bytes]:
        headers = {"Authorization": f"Bearer {self.key}", "Content-Type": "application/sdp"}
        request = urllib.request.Request(url, body, headers, method=method)
        with urllib.request.urlopen(request, timeout=10) as response:
            return response.headers.get("Location", ""), response.read()

    def on_pad(self, _webrtc: Gst.Element, pad: Gst.Pad) -> None:
        if pad.direction != Gst.PadDirection.SRC:
            return
        chain = f"rtpvp8depay request-keyframe=true ! vp8dec ! videoconvert ! {self.sink} name=sink"
        decoder = Gst.parse_bin_from_description(chain, True)
        decoder.get_by_name("sink").get_static_pad("sink").add_probe(Gst.PadProbeType.BUFFER, self.on_picture)
        self.pipeline.add(decoder)
        decoder.sync_state_with_parent()
        pad.link(decoder.get_static_pad("sink"))

    def on_picture(self, pad: Gst.Pad, _info: Gst.PadProbeInfo) -> Gst.PadProbeReturn:
        self.shown += 1
        if self.shown == self.frames:
            caps = pad.get_current_caps().get_structure(0)
            print(f"{self.shown} pictures of {caps.get_value('width')}x{caps.get_value('height')}", flush=True)
            GLib.idle_add(self.stop)
        return Gst.PadProbeReturn.OK


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("server", help="the address of Vigie")
    parser.add_argument("camera", help="its id")
    parser.add_argument("--frames", type=int, help="end after so many pictures")
    parser.add_argument("--sink", default="autovideosink", help="the GStreamer element that shows them")
    options = parser.parse_args()
    Gst.init(None)
    key = os.environ.get("VIGIE_KEY") or sys.exit("VIGIE_KEY is missing: make an API key with the right to live pictures")
    camera = urllib.parse.quote(options.camera, safe="")
    endpoint = f"{options.server.rstrip('/')}/api/cameras/{camera}/whep"
    return Player(endpoint, key, options.frames, options.sink).run()


if __name__ == "__main__":
    sys.exit(main())
