/** Small pictures of pages, and how much two of them differ. The browser itself encodes, decodes and compares. */
import type { Page } from "@playwright/test";

/** Kept pictures have half the size: what a person would notice is still there, in a tenth of the bytes. */
const SCALE = 0.5;
const WEBP_QUALITY = 0.7;

/** Side of the squares that are compared, in pixels of a kept picture: about a letter. */
const BLOCK_PX = 6;
/** Mean difference of a square's colours, of 255, from which it counts. Edges that are smoothed otherwise stay below. */
const BLOCK_DIFFERENCE_MIN = 9;

export interface Comparison {
  /** Squares that differ. */
  changed: number;
  /** All squares; 0 when the sizes differ. */
  total: number;
  /** PNG, base64: the new picture, with what differs framed. */
  marked: string;
}

/** The page at rest, as PNG in base64: two pictures in a row are the same. */
export async function stillPicture(page: Page): Promise<string> {
  await page.evaluate(() => document.fonts.ready);
  const take = async () =>
    (await page.screenshot({ animations: "disabled", caret: "hide", scale: "css" })).toString("base64");
  let before = await take();
  for (let attempt = 0; attempt < STILL_ATTEMPTS; attempt++) {
    const after = await take();
    if (after === before) return after;
    before = after;
  }
  throw new Error("the page does not come to rest");
}

/** A picture is some hundred milliseconds: what still moves after so many is no start of a page. */
const STILL_ATTEMPTS = 40;

/** Encodes a PNG as the small WebP that is kept. Both in base64. */
export function shrink(studio: Page, png: string): Promise<string> {
  return studio.evaluate(
    async ({ source, scale, quality }) => {
      const bitmap = await createImageBitmap(await (await fetch(`data:image/png;base64,${source}`)).blob());
      const canvas = new OffscreenCanvas(Math.round(bitmap.width * scale), Math.round(bitmap.height * scale));
      const context = canvas.getContext("2d");
      if (!context) throw new Error("no canvas");
      context.imageSmoothingQuality = "high";
      context.drawImage(bitmap, 0, 0, canvas.width, canvas.height);
      const bytes = new Uint8Array(
        await (await canvas.convertToBlob({ type: "image/webp", quality })).arrayBuffer(),
      );
      let text = "";
      for (const byte of bytes) text += String.fromCharCode(byte);
      return btoa(text);
    },
    { source: png, scale: SCALE, quality: WEBP_QUALITY },
  );
}

/** Compares two small pictures (WebP, base64). Both went through the same encoder, so equal pages give equal pictures. */
export function compare(studio: Page, kept: string, taken: string): Promise<Comparison> {
  return studio.evaluate(
    async ({ sources, block, least }) => {
      const bitmaps = await Promise.all(
        sources.map(async (source) =>
          createImageBitmap(await (await fetch(`data:image/webp;base64,${source}`)).blob()),
        ),
      );
      const layers = bitmaps.map((bitmap) => {
        const canvas = new OffscreenCanvas(bitmap.width, bitmap.height);
        const context = canvas.getContext("2d");
        if (!context) throw new Error("no canvas");
        context.drawImage(bitmap, 0, 0);
        return { canvas, context, width: bitmap.width, height: bitmap.height };
      });
      const [a, b] = layers;
      if (!a || !b) throw new Error("two pictures are compared");
      let changed = 0;
      let total = 0;
      if (a.width === b.width && a.height === b.height) {
        const left = a.context.getImageData(0, 0, a.width, a.height).data;
        const right = b.context.getImageData(0, 0, a.width, a.height).data;
        b.context.strokeStyle = "#f0f";
        for (let top = 0; top < a.height; top += block) {
          for (let start = 0; start < a.width; start += block) {
            let sum = 0;
            let count = 0;
            for (let y = top; y < Math.min(top + block, a.height); y++) {
              for (let x = start; x < Math.min(start + block, a.width); x++) {
                for (let channel = 0; channel < 3; channel++) {
                  const at = (y * a.width + x) * 4 + channel;
                  sum += Math.abs((left[at] ?? 0) - (right[at] ?? 0));
                  count += 1;
                }
              }
            }
            total += 1;
            if (sum / count < least) continue;
            changed += 1;
            b.context.strokeRect(start + 0.5, top + 0.5, block, block);
          }
        }
      }
      const bytes = new Uint8Array(await (await b.canvas.convertToBlob({ type: "image/png" })).arrayBuffer());
      let text = "";
      for (const byte of bytes) text += String.fromCharCode(byte);
      return { changed, total, marked: btoa(text) };
    },
    { sources: [kept, taken], block: BLOCK_PX, least: BLOCK_DIFFERENCE_MIN },
  );
}
