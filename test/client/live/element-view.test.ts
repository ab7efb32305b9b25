import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import {
  combinedView,
  ElementViewWatch,
  shownSize,
  type ElementView,
} from '../../../client/live/element-view.ts';

const sizes: [name: string, css: [number, number], ratio: number, shown: [number, number]][] = [
  ['a tile on a screen with one device pixel each', [352, 264], 1, [352, 272]],
  ['a tile one pixel wider than a step', [353, 265], 1, [368, 272]],
  ['a tile on a dense screen', [352, 264], 2, [704, 528]],
  ['a phone with three device pixels: two are what the eye sees', [176, 132], 3, [352, 272]],
  ['a zoomed-out page', [352, 264], 0.5, [176, 144]],
  ['an element without a size', [0, 0], 1, [16, 16]],
  ['a wall of screens', [60_000, 45_000], 1, [16_384, 16_384]],
];
for (const [name, [width, height], ratio, [shownWidth, shownHeight]] of sizes) {
  test(`${name} is shown at ${shownWidth} × ${shownHeight}`, () => {
    assert.deepEqual(shownSize(width, height, ratio), { width: shownWidth, height: shownHeight });
  });
}

test('a camera that several elements show is shown as large as in the largest', () => {
  const tile = { width: 320, height: 240, focused: false, isApart: false };
  const tall = { width: 160, height: 480, focused: true, isApart: false };
  const apart = { width: 100, height: 80, focused: false, isApart: true };
  assert.equal(combinedView([]), undefined);
  assert.deepEqual(combinedView([tile]), tile);
  assert.deepEqual(combinedView([tile, tall, apart]), {
    width: 320,
    height: 480,
    focused: true,
    isApart: true,
  });
});

/** An element on a page, without a browser. */
function onPage(context: TestContext) {
  const page = globalThis as Record<string, unknown>;
  const observers: ((entries: { isIntersecting: boolean }[]) => void)[] = [];
  class Observer {
    constructor(callback: (entries: { isIntersecting: boolean }[]) => void) {
      observers.push(callback);
    }
    observe = () => undefined;
    disconnect = () => undefined;
  }
  Object.assign(page, { IntersectionObserver: Observer, ResizeObserver: Observer, devicePixelRatio: 1 });
  page['window'] = new EventTarget();
  context.after(() => {
    for (const name of ['IntersectionObserver', 'ResizeObserver', 'devicePixelRatio', 'window'])
      delete page[name];
  });
  const element = { clientWidth: 320, clientHeight: 240, isFullscreen: false, isFocused: false };
  const host = Object.assign(element, { matches: () => element.isFullscreen });
  const video = new EventTarget();
  const views: (ElementView | undefined)[] = [];
  const watch = new ElementViewWatch(
    host as unknown as HTMLElement,
    video as HTMLVideoElement,
    () => element.isFocused,
    (view) => views.push(view),
  );
  const [intersect, resize] = observers;
  return {
    element,
    video,
    views,
    watch,
    resized: () => resize?.([]),
    scrolled: (isIntersecting: boolean) => intersect?.([{ isIntersecting }]),
  };
}
const TILE = { width: 320, height: 240, focused: false, isApart: false };

test('an element out of view has no view; back in view it has one again', (context) => {
  const { watch, views, scrolled } = onPage(context);
  watch.start();
  assert.deepEqual(watch.view, TILE, 'the first picture need not wait for an observer');
  for (const isIntersecting of [true, true, false, false, true]) scrolled(isIntersecting);
  assert.deepEqual(views, [TILE, undefined, TILE]);
});

test('an element is focused while the page is about its camera, and in full screen', (context) => {
  const { watch, views, element, resized } = onPage(context);
  watch.start();
  resized();
  element.isFocused = true;
  watch.update();
  element.isFocused = false;
  Object.assign(element, { isFullscreen: true, clientWidth: 1280, clientHeight: 800 });
  resized();
  assert.deepEqual(views, [
    TILE,
    { ...TILE, focused: true },
    { width: 1280, height: 800, focused: true, isApart: false },
  ]);
});

test('a picture in a window of its own keeps its view when its element is scrolled out of view', (context) => {
  const { watch, views, video, scrolled } = onPage(context);
  watch.start();
  scrolled(true);
  const pictureInPictureWindow = Object.assign(new EventTarget(), { width: 400, height: 304 });
  video.dispatchEvent(Object.assign(new Event('enterpictureinpicture'), { pictureInPictureWindow }));
  const apart = { width: 400, height: 304, focused: true, isApart: true };
  assert.deepEqual(views.splice(0), [TILE, apart]);
  scrolled(false);
  assert.deepEqual(views, []);
  pictureInPictureWindow.width = 800;
  pictureInPictureWindow.dispatchEvent(new Event('resize'));
  video.dispatchEvent(new Event('leavepictureinpicture'));
  assert.deepEqual(views, [{ ...apart, width: 800 }, undefined]);
});
