import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readInstant } from "./instant.ts";

describe("F31: an instant as it is typed", () => {
  it.each([
    ["2026-12-01T09:00:00Z", "2026-12-01T09:00:00.000Z"],
    ["2026-12-01T09:00:00.25+01:00", "2026-12-01T08:00:00.250Z"],
    ["2026-12-01 09:00 Europe/Berlin", "2026-12-01T08:00:00.000Z"],
    ["2026-07-01 09:00:30 Europe/Berlin", "2026-07-01T07:00:30.000Z"],
    ["2026-12-01T09:00 America/New_York", "2026-12-01T14:00:00.000Z"],
    ["2026-12-01 09:00 UTC", "2026-12-01T09:00:00.000Z"],
    ["2026-12-01 09:00 Asia/Kathmandu", "2026-12-01T03:15:00.000Z"],
    ["2026-12-01 00:30 Pacific/Kiritimati", "2026-11-30T10:30:00.000Z"],
    // The minute before the clocks are set forward, and the first after it.
    ["2026-03-29 01:59 Europe/Berlin", "2026-03-29T00:59:00.000Z"],
    ["2026-03-29 03:00 Europe/Berlin", "2026-03-29T01:00:00.000Z"],
    // A zone whose clocks move by half an hour.
    ["2026-10-04 02:30 Australia/Lord_Howe", "2026-10-03T15:30:00.000Z"],
  ])("%s is %s", (text, instant) => expect(readInstant(text, "--at")).toBe(instant));

  it.each([
    ["2026-03-29 02:30 Europe/Berlin", /no 2026-03-29 02:30:00 in Europe\/Berlin/],
    ["2026-10-25 02:30 Europe/Berlin", /twice.*2026-10-25T00:30:00\.000Z or 2026-10-25T01:30:00\.000Z/],
    ["2026-11-01 01:15 America/New_York", /twice/],
    ["2026-10-04 02:15 Australia/Lord_Howe", /no 2026-10-04 02:15:00/],
    ["2026-12-01 09:00 Europe/Belrin", /no time zone "Europe\/Belrin"/],
    ["2026-02-30 09:00 Europe/Berlin", /no 2026-02-30/],
    ["2026-02-30T09:00:00Z", /no 2026-02-30/],
    ["2026-12-01 25:00 Europe/Berlin", /no 2026-12-01 25:00/],
    ["2026-12-01 09:00", /RFC 3339/],
    ["tomorrow", /RFC 3339/],
    ["", /RFC 3339/],
  ])("%j is refused, and why is said", (text, why) => expect(() => readInstant(text, "--at")).toThrow(why));

  it("F31: law: what a zone's clocks show at an instant is read as that instant, or told to come twice", () => {
    const zones = ["Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu", "Africa/Casablanca"];
    const minute = fc.integer({ min: Date.UTC(2026, 0, 1) / 60_000, max: Date.UTC(2028, 0, 1) / 60_000 });
    fc.assert(
      fc.property(minute, fc.constantFrom(...zones), (at, timeZone) => {
        const instant = new Date(at * 60_000);
        const shown = new Intl.DateTimeFormat("sv-SE", { timeZone, dateStyle: "short", timeStyle: "short" }).format(
          instant,
        );
        const read = (): string => {
          try {
            return readInstant(`${shown} ${timeZone}`, "--at");
          } catch (error) {
            return String(error);
          }
        };
        expect(read()).toContain(instant.toISOString());
      }),
    );
  });
});
