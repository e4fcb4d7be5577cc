import { announced, type Held, isOfAnother, type Unfit, withDelta, withRuleset } from "./held.ts";
import { isRuleset, readMessage } from "./message.ts";

/** The body of an answer to a fetch: a ruleset, or, as on the stream, a delta or a snapshot. */
export function withBody(held: Held | undefined, body: string): Held | Unfit {
  const said = readMessage(body);
  if (said?.type === "delta") {
    // Who asked what changed since the state in hand may hear that nothing did.
    const nothingNew = held !== undefined && !isOfAnother(held, said) && said.to === held.ruleset.revision;
    return nothingNew ? (said.checksum === held.checksum ? held : "misfit") : withDelta(held, said);
  }
  const document = said?.type === "snapshot" ? said.ruleset : parsed(body);
  if (!isRuleset(document)) return "unreadable";
  const next = withRuleset(held, document);
  return said?.type === "snapshot" ? announced(next, said.checksum) : next;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
