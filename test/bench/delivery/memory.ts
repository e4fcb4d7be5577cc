import { readFileSync } from "node:fs";

/** Bytes that a process holds in memory, and the most that it ever did; NaN where the system has no `/proc`. */
export interface Resident {
  readonly bytes: number;
  readonly mostBytes: number;
}

export function residentOf(pid: number): Resident {
  const status = readStatus(pid);
  const bytes = (name: string) => 1_024 * Number(new RegExp(`^${name}:\\s+([0-9]+) kB$`, "m").exec(status)?.[1]);
  return { bytes: bytes("VmRSS"), mostBytes: bytes("VmHWM") };
}

function readStatus(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/status`, "utf8");
  } catch {
    return "";
  }
}
