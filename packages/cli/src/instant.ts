/** Instants as people type them: RFC 3339, or a clock on a wall somewhere. Pure. */
import { durationMs } from "@bannerol/protocol";
import { UsageError } from "./errors.ts";

const RFC_3339 = /^\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(?:\.\d+)?(?:[Zz]|[+-]\d\d:\d\d)$/;
const WALL_CLOCK = /^(\d{4})-(\d\d)-(\d\d)[ T](\d\d):(\d\d)(?::(\d\d))? +(\S+)$/;
const HOUR_MS = 60 * 60 * 1_000;

const FORMS =
  'an RFC 3339 instant, like 2026-12-01T09:00:00Z, or a time somewhere, like "2026-12-01 09:00 Europe/Berlin"';

/** The instant in UTC. Throws `UsageError` for what names none, and for a local time that names none or two. */
export function readInstant(text: string, option: string): string {
  if (RFC_3339.test(text)) return fromRfc3339(text, option);
  const parts = WALL_CLOCK.exec(text.trim());
  if (parts === null) throw new UsageError(`${option} is ${FORMS}, not ${JSON.stringify(text)}.`);
  const [, year, month, day, hour, minute, second = "00", zone = ""] = parts;
  const wall = `${year}-${month}-${day}T${hour}:${minute}:${second}`;
  const [first, ...others] = instantsOf(wall, zone, option);
  const place = `${wall.replace("T", " ")} in ${zone}`;
  if (first === undefined) {
    throw new UsageError(
      `${option}: there is no ${place}: the clocks are set forward over it. Name a time before or after, or an RFC 3339 instant.`,
    );
  }
  if (others.length > 0) {
    const either = [first, ...others].map((at) => new Date(at).toISOString()).join(" or ");
    throw new UsageError(`${option}: ${place} comes twice: the clocks are set back over it. Say which: ${either}.`);
  }
  return new Date(first).toISOString();
}

/** The same, or so long from now: `90d`. */
export function readEnd(text: string, option: string, now: number): string {
  const ms = durationMs(text);
  return ms === undefined ? readInstant(text, option) : new Date(now + ms).toISOString();
}

function fromRfc3339(text: string, option: string): string {
  const at = Date.parse(text);
  // What rolls over, such as 30 February, is another day than the one that was typed.
  if (Number.isFinite(at) && hasDay(text.slice(0, 10))) return new Date(at).toISOString();
  throw new UsageError(`${option}: there is no ${text}. Check the day and the hour.`);
}

/** Every instant at which the clocks of a zone show this, in order. */
function instantsOf(wall: string, zone: string, option: string): readonly number[] {
  const shown = wallClock(zone, option);
  const asUtc = Date.parse(`${wall}Z`);
  if (!Number.isFinite(asUtc) || !hasDay(wall.slice(0, 10)))
    throw new UsageError(`${option}: there is no ${wall.replace("T", " ")}. Check the day and the hour.`);
  // Within a day to either side of it lies every offset that the zone can have at that time.
  const offsets = new Set([-24, 0, 24].map((hours) => offsetAt(asUtc + hours * HOUR_MS, shown)));
  const candidates = [...offsets].map((offset) => asUtc - offset);
  return candidates.filter((at) => shown(at) === asUtc).sort((a, b) => a - b);
}

function offsetAt(at: number, shown: (at: number) => number): number {
  return shown(at) - at;
}

/** What the clocks of a zone show at an instant, as if it were UTC. */
function wallClock(timeZone: string, option: string): (at: number) => number {
  const format = formatFor(timeZone, option);
  return (at) => {
    const part = new Map(format.formatToParts(at).map(({ type, value }) => [type, Number(value)]));
    const [year, month, day] = [part.get("year") ?? 0, part.get("month") ?? 1, part.get("day") ?? 1];
    const [hour, minute, second] = [part.get("hour") ?? 0, part.get("minute") ?? 0, part.get("second") ?? 0];
    return Date.UTC(year, month - 1, day, hour, minute, second) + (at % 1_000);
  };
}

function formatFor(timeZone: string, option: string): Intl.DateTimeFormat {
  const numeric = { year: "numeric", month: "2-digit", day: "2-digit" } as const;
  const clock = { hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" } as const;
  try {
    return new Intl.DateTimeFormat("en-US", { timeZone, calendar: "iso8601", ...numeric, ...clock });
  } catch {
    throw new UsageError(
      `${option}: there is no time zone ${JSON.stringify(timeZone)}. Name one like Europe/Berlin or UTC.`,
    );
  }
}

function hasDay(date: string): boolean {
  return new Date(`${date}T00:00:00Z`).toJSON()?.slice(0, 10) === date;
}
