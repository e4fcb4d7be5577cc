import type { ExitCode } from "../exit-codes.ts";
import type { Colours } from "./colour.ts";

/** What a command has to say. The frame prints either the document or the text, so that the two never mix. */
export interface Output {
  /** What `--json` prints: one JSON document. */
  readonly document: unknown;
  /** What people see on standard output; nothing where it is empty. */
  readonly text: (colours: Colours) => string;
  /** The change that was made, where one was: in one environment, or seen in all. */
  readonly changed?: { readonly revision: number; readonly environment?: string };
  /** Remarks for people, on standard error in either form. */
  readonly notes?: readonly string[];
  /** Done, unless named. A promise where the command goes on after it has printed, as a server does. */
  readonly exitCode?: ExitCode | Promise<ExitCode>;
}
