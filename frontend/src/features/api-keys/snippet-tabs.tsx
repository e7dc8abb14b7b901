/** The snippets as tabs; the chosen one is remembered while the page is open. */
import { useState } from "react";
import { CodeBlock } from "@/components/ui/code-block";
import { Tab, TabList, TabPanel, Tabs } from "@/components/ui/tabs";
import { KEY_PLACEHOLDER, snippetsFor } from "./snippets";

export function SnippetTabs({ apiKey }: { apiKey?: string | undefined }) {
  const [chosen, setChosen] = useState("junjo");
  const { hostname, protocol, origin } = window.location;
  const snippets = snippetsFor({
    hostname,
    origin,
    secure: protocol === "https:",
    apiKey: apiKey ?? KEY_PLACEHOLDER,
  });
  return (
    <Tabs value={chosen} onValueChange={setChosen} className="grid min-w-0 gap-3">
      <TabList label="SDK">
        {snippets.map((snippet) => (
          <Tab key={snippet.id} value={snippet.id}>
            {snippet.label}
          </Tab>
        ))}
      </TabList>
      {snippets.map((snippet) => (
        <TabPanel key={snippet.id} value={snippet.id} className="grid min-w-0 gap-2">
          {snippet.install && <CodeBlock code={snippet.install} what="install command" />}
          <p className="font-mono text-2xs text-faint">{snippet.file}</p>
          <CodeBlock code={snippet.code} what={`${snippet.label} configuration`} />
        </TabPanel>
      ))}
    </Tabs>
  );
}
