/** All snippets, in the order in which they are offered. Each is run, as it stands here, by `scripts/snippets.sh`. */
import { curl, environment } from "./anything";
import { pythonFrameworks } from "./frameworks";
import { aiSdk, node } from "./javascript";
import { junjo, openaiPython, python } from "./python";
import type { Snippet, SnippetTarget } from "./snippet";

export function snippetsFor(target: SnippetTarget): Snippet[] {
  return [
    junjo(target),
    python(target),
    node(target),
    environment(target),
    curl(target),
    openaiPython(target),
    ...pythonFrameworks(target),
    aiSdk(target),
  ];
}
