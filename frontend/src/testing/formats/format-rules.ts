/** How values become text is decided in `lib/format` alone. Pure: the text of a file goes in, what formats by itself comes out. */
import ts from "typescript";

/** Methods that make text of a number or a time, or read a part of a time in the browser's zone. */
const METHODS =
  /^(toLocale\w*|toFixed|toPrecision|toExponential|toDateString|toTimeString|toUTCString|getTimezoneOffset|get(FullYear|Month|Date|Day|Hours|Minutes|Seconds))$/;

/** Each use with its line, counted from one: `toFixed (12)`, `Intl (3)`. Comments and texts do not count. */
export function ownFormats(name: string, text: string): string[] {
  const source = ts.createSourceFile(name, text, ts.ScriptTarget.Latest, true);
  const found: string[] = [];
  const note = (node: ts.Node, what: string) => {
    const { line } = source.getLineAndCharacterOfPosition(node.getStart(source));
    found.push(`${what} (${line + 1})`);
  };
  const visit = (node: ts.Node): void => {
    if (ts.isPropertyAccessExpression(node) && METHODS.test(node.name.text)) note(node.name, node.name.text);
    if (ts.isIdentifier(node) && node.text === "Intl") note(node, "Intl");
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}
