import { parseObject } from "../settings-files.ts";
import { oneLine, printable } from "./printable.ts";

/** A line of the server's log, as people read it: `00:14:03 warn  slow request  path="/x"`. */
export function logLine(json: string): string {
  const fields = parseObject(json);
  if (fields === undefined) return `${printable(json.trimEnd())}\n`;
  const { time, level, msg, ...rest } = Object.fromEntries(fields);
  const clock = typeof time === "string" ? time.slice(11, 19) : "";
  const details = Object.entries(rest).map(([name, value]) => `${printable(name)}=${oneLine(value)}`);
  const head = [clock, String(level ?? "").padEnd(5), printable(String(msg ?? ""))].filter((part) => part !== "");
  return `${head.join(" ")}${details.length === 0 ? "" : `  ${details.join(" ")}`}\n`;
}
