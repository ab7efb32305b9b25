"""Finds people in the pictures of a Vigie camera and reports them. README.md says how to run it."""

import argparse
import json
import os
import sys
import time
import urllib.error
import urllib.request

import cv2
import numpy

# OpenCV's own people detector: its weights travel in the package. People must be at least 128 pixels high.
DETECTOR = cv2.HOGDescriptor()
DETECTOR.setSVMDetector(cv2.HOGDescriptor_getDefaultPeopleDetector())


def pictures(stream):
    """Parts of multipart/x-mixed-replace: the capture time in seconds, as the server sent it, and the JPEG."""
    headers = {}
    while line := stream.readline():
        name, colon, value = line.decode("latin-1").partition(":")
        if colon:
            headers[name.strip().lower()] = value.strip()
        elif "content-length" in headers and not line.strip():
            jpeg = stream.read(int(headers["content-length"]))
            yield float(headers["x-timestamp"]), jpeg
            headers = {}


def people(jpeg):
    """Boxes of people, in shares of the picture."""
    picture = cv2.imdecode(numpy.frombuffer(jpeg, numpy.uint8), cv2.IMREAD_COLOR)
    if picture is None:
        return []
    height, width = picture.shape[:2]
    boxes, weights = DETECTOR.detectMultiScale(picture, winStride=(8, 8), padding=(8, 8), scale=1.1)
    found = []
    for (x, y, w, h), weight in zip(boxes, numpy.ravel(weights)):
        left, top = max(0, x), max(0, y)
        box = {"x": left / width, "y": top / height}
        box |= {"width": min(x + w, width) / width - box["x"], "height": min(y + h, height) / height - box["y"]}
        # A distance from the boundary between people and the rest, made a share of 1.
        found.append({"label": "person", "score": float(weight / (weight + 0.5)), **box})
    return found


def main():
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("server", help="for example https://vigie.example")
    options.add_argument("camera", help="its id, cam_…")
    options.add_argument("--fps", type=float, default=2, help="pictures a second (default: 2)")
    arguments = options.parse_args()
    url = f"{arguments.server.rstrip('/')}/api/cameras/{arguments.camera}"
    headers = {"Authorization": f"Bearer {os.environ['VIGIE_KEY']}", "Content-Type": "application/json"}
    while True:
        try:
            mjpeg = urllib.request.Request(f"{url}/mjpeg?fps={arguments.fps}", headers=headers)
            with urllib.request.urlopen(mjpeg, timeout=30) as stream:
                for captured_at, jpeg in pictures(stream):
                    report = {"capturedAtMs": captured_at * 1000, "boxes": people(jpeg)[:64]}
                    body = json.dumps(report).encode()
                    urllib.request.urlopen(urllib.request.Request(f"{url}/detections", body, headers), timeout=30)
        except OSError as error:
            if isinstance(error, urllib.error.HTTPError):
                error = json.load(error).get("detail", error)
            print(f"trying again in 5 s: {error}", file=sys.stderr)
        time.sleep(5)


if __name__ == "__main__":
    main()
