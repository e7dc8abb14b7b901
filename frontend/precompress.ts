/** The last step of a build: puts `.br` and `.gz` beside each file that gets smaller, for the server to send as they are. */
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";
import type { Plugin } from "vite";

/** Everything else in the page is compressed already: fonts, pictures. */
const COMPRESSIBLE = /\.(js|css|html|svg|json|txt|map)$/;
/** Below this a packet is saved by neither. */
const BYTES_MIN = 1024;

const ENCODINGS = {
  br: (bytes: Buffer) =>
    brotliCompressSync(bytes, {
      params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length },
    }),
  gz: (bytes: Buffer) => gzipSync(bytes, { level: 9 }),
};

function compress(path: string): void {
  const bytes = readFileSync(path);
  if (bytes.length < BYTES_MIN) return;
  for (const [ending, encode] of Object.entries(ENCODINGS)) {
    const encoded = encode(bytes);
    if (encoded.length < bytes.length) writeFileSync(`${path}.${ending}`, encoded);
  }
}

/** Runs after everything is written, the files of `public/` included. */
export function precompress(): Plugin {
  let folder = "";
  return {
    name: "precompress",
    apply: "build",
    configResolved(config) {
      folder = join(config.root, config.build.outDir);
    },
    closeBundle() {
      const files = readdirSync(folder, { recursive: true, encoding: "utf8" });
      for (const file of files.filter((name) => COMPRESSIBLE.test(name))) compress(join(folder, file));
    },
  };
}
