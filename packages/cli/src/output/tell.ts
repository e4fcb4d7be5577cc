import type { Call } from "../call.ts";
import { type Colours, coloursFor } from "./colour.ts";

/** Something for people to read before the result is there, on standard error; nothing with `--json`. */
export function tell(
  { io: { stderr, env }, json }: Pick<Call, "io" | "json">,
  text: (colours: Colours) => string,
): void {
  if (!json) stderr.write(`${text(coloursFor(stderr.isTerminal, env))}\n`);
}
