/** The text of a filter while it is written, apart from the filter that is applied. */
import { useState } from "react";

export interface FilterDraft {
  text: string;
  caret: number;
  write: (text: string, caret: number) => void;
  moveCaret: (caret: number) => void;
}

/** Takes over `applied` whenever it changes from outside, as by the back button or a saved view. */
export function useFilterDraft(applied: string): FilterDraft {
  const [known, setKnown] = useState(applied);
  const [text, setText] = useState(applied);
  const [caret, setCaret] = useState(0);
  if (applied !== known) {
    setKnown(applied);
    setText(applied);
  }
  return {
    text,
    caret,
    write: (next, at) => {
      setText(next);
      setCaret(at);
    },
    moveCaret: setCaret,
  };
}
