import { describe, expect, it } from "vitest";
import { Admission } from "./admission.ts";

const admitted = (admission: Admission, tries: number, now: number) =>
  Array.from({ length: tries }, () => admission.admit(now)).filter(Boolean).length;

describe("admission", () => {
  it("takes on a second's worth at once, and then the rate", () => {
    const admission = new Admission(200, 0);
    expect(admitted(admission, 1_000, 0)).toBe(200);
    expect(admitted(admission, 1_000, 500)).toBe(100);
    expect(admitted(admission, 1_000, 505)).toBe(1);
  });

  it("saves up no more than a second's worth", () => {
    const admission = new Admission(200, 0);
    expect(admitted(admission, 1_000, 3_600_000)).toBe(200);
  });
});
