/** Prepares jsdom for component tests: matchers, cleanup, and the few browser parts that it lacks. */
import "@testing-library/jest-dom/vitest";
import { cleanup, configure } from "@testing-library/react";
import { afterEach } from "vitest";

/** Waiting is for conditions, not for speed: a busy machine may take long for what is instant elsewhere. */
configure({ asyncUtilTimeout: 20_000 });

afterEach(cleanup);

class NoResizeObserver implements ResizeObserver {
  observe(): void {}
  unobserve(): void {}
  disconnect(): void {}
}

if (typeof window !== "undefined") giveLayout();

/** No media query holds; the chart library asks for one when it is loaded. */
function noMedia(media: string): MediaQueryList {
  const list = {
    media,
    matches: false,
    onchange: null,
    addEventListener: nothing,
    removeEventListener: nothing,
  };
  return Object.assign(new EventTarget(), list, { addListener: nothing, removeListener: nothing });
}

function nothing(): void {}

/** jsdom has no layout: virtualised lists need some height to show rows in. */
function giveLayout() {
  globalThis.ResizeObserver ??= NoResizeObserver;
  Element.prototype.scrollIntoView ??= () => undefined;
  Element.prototype.hasPointerCapture ??= () => false;
  window.scrollTo = () => undefined;
  window.matchMedia ??= noMedia;
  Object.defineProperties(HTMLElement.prototype, {
    offsetHeight: { configurable: true, get: () => 800 },
    offsetWidth: { configurable: true, get: () => 1200 },
    clientHeight: { configurable: true, get: () => 800 },
    clientWidth: { configurable: true, get: () => 1200 },
  });
}
