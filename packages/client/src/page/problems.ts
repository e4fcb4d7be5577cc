import type { ConnectionProblem } from "../connection/state.ts";
import type { Ending } from "../ports.ts";
import { isOtherProtocol, isRefusedKey } from "./waits.ts";

/** What to tell of an end. That a server is out of reach is told once, not at every try. */
export function describe(
  ending: Ending,
  { troubled, garbled = false }: { readonly troubled: boolean; readonly garbled?: boolean | undefined },
): ConnectionProblem | undefined {
  const { reason } = ending;
  if (isRefusedKey(ending)) {
    return {
      code: "key_refused",
      message: `The server refused the key: ${reason} Check it; tries go on every few minutes.`,
    };
  }
  if (isOtherProtocol(ending)) {
    return { code: "protocol_not_spoken", message: `The server speaks another protocol: ${reason} Use a fitting SDK.` };
  }
  if (garbled) {
    return { code: "protocol_error", message: `${reason} Does a proxy alter messages? The page connects anew.` };
  }
  return troubled ? undefined : { code: "unreachable", message: `The server is out of reach: ${reason} Tries go on.` };
}
