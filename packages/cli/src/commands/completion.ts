import type { Action } from "../call.ts";
import { complete } from "../completion/complete.ts";
import * as scripts from "../completion/scripts.ts";
import { askServer } from "../completion/values.ts";
import { printable } from "../output/printable.ts";
import { commands } from "../registry.ts";

export const bash: Action = async () => scriptOutput(scripts.bash);
export const zsh: Action = async () => scriptOutput(scripts.zsh);
export const fish: Action = async () => scriptOutput(scripts.fish);

function scriptOutput(script: string) {
  return { document: { script }, text: () => script };
}

/** A candidate on each line, a tab before what is to be said of it; `:files` where the shell knows itself. */
export const words: Action = async (call) => {
  const completion = complete(commands, call.words.typed("typed"));
  const items = [...completion.candidates, ...(await askServer(call, completion))];
  const lines = items.map(({ value, about }) => [value, about].map(printable).join("\t"));
  const files = completion.files === true;
  return { document: { items, files }, text: () => (files ? ":files" : lines.join("\n")) };
};
