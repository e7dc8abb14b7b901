/** Sorts the lines of a stack trace (Python, JavaScript, Java, Go) into frames, source and errors. Pure. */

export interface StackLine {
  key: number;
  text: string;
  kind: "frame" | "code" | "error" | "other";
}

const FRAME = /^\s*(File "|at |\S+\.(go|rs):\d+|\.\.\. \d+ more)/;
const ERROR =
  /^(?:Caused by: )?[\w.$]*(?:Error|Exception|Timeout|Interrupt|Exit|Group|Warning)[\w.$]*(?::|\s*$)/;

export function stackLines(text: string): StackLine[] {
  let afterFrame = false;
  return text
    .replace(/\s+$/, "")
    .split("\n")
    .map((line, key) => {
      const kind = lineKind(line, afterFrame);
      afterFrame = kind === "frame";
      return { key, text: line, kind };
    });
}

function lineKind(line: string, afterFrame: boolean): StackLine["kind"] {
  if (FRAME.test(line)) return "frame";
  if (afterFrame && /^\s{4}/.test(line)) return "code";
  if (/^\S/.test(line) && (ERROR.test(line) || /^[\w.]+: /.test(line))) return "error";
  return "other";
}
