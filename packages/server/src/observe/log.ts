/** Logs: a JSON line for each thing that happened, and no secret in any of them. */
import { type Logger, pino, stdTimeFunctions } from "pino";
import type { LogLevel } from "../config.ts";
import type { Redactor } from "./redact.ts";

export type Log = Logger;

/** Takes one line, its line break included. */
export type LogSink = (line: string) => void;

/** Every line goes through `redact` before it goes anywhere. */
export function createLog(level: LogLevel, sink: LogSink, redact: Redactor): Log {
  return pino(
    { level, base: null, timestamp: stdTimeFunctions.isoTime, formatters: { level: (label) => ({ level: label }) } },
    { write: (line: string) => sink(redact(line)) },
  );
}
