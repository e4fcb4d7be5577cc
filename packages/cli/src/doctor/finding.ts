/** What one look came to. */
import type { ExitCode } from "../exit-codes.ts";
import type { Colours } from "../output/colour.ts";
import { printable } from "../output/printable.ts";
import { table } from "../output/table.ts";

export interface Finding {
  readonly check:
    | "settings"
    | "server"
    | "ready"
    | "version"
    | "clock"
    | "token"
    | "place"
    | "key"
    | "websocket"
    | "sse";
  /** `skipped`: it could not be looked at, which is no fault. */
  readonly grade: "ok" | "warn" | "fail" | "skipped";
  readonly says: string;
  readonly todo?: string;
  /** What the command ends with where this is the first that fails; 1 unless named. */
  readonly exitCode?: ExitCode;
}

export function findingsText(findings: readonly Finding[], colours: Colours): string {
  const paint = { ok: colours.green, warn: colours.yellow, fail: colours.red, skipped: colours.dim };
  return table(
    findings.flatMap(({ grade, check, says, todo }) => [
      [paint[grade](grade), check, printable(says)],
      ...(todo === undefined ? [] : [["", "", colours.dim(`→ ${printable(todo)}`)]]),
    ]),
  );
}
