/** Offers text or bytes as a file to save. */
export function saveText(text: string, fileName: string, type = "application/json"): void {
  save(new Blob([text], { type }), fileName);
}

/** One JSON file out of the pieces of its text, which may be too long for one string. */
export function saveParts(parts: string[], fileName: string): void {
  save(new Blob(parts, { type: "application/json" }), fileName);
}

/** False when `base64` is not base64. */
export function saveBase64(base64: string, fileName: string, type: string): boolean {
  let binary: string;
  try {
    binary = atob(base64.replace(/\s+/g, "").replaceAll("-", "+").replaceAll("_", "/"));
  } catch {
    return false;
  }
  // A type that a browser would run is not handed on: what is saved is only ever bytes.
  const bytes = Uint8Array.from(binary, (character) => character.charCodeAt(0));
  save(
    new Blob([bytes], { type: /html|xml|script/i.test(type) ? "application/octet-stream" : type }),
    fileName,
  );
  return true;
}

function save(blob: Blob, fileName: string): void {
  const url = URL.createObjectURL(blob);
  const anchor = document.createElement("a");
  anchor.href = url;
  anchor.download = fileName;
  anchor.click();
  URL.revokeObjectURL(url);
}
