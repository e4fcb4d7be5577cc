import type { Logger } from "./ports.ts";
import { tell } from "./tell.ts";

/** A logger that throws is no reason for an outage. */
export function warn(logger: Logger, message: string): void {
  tell(
    (text) => logger.warn(text),
    `Bannerol: ${message}`,
    () => undefined,
  );
}
