import { describe, expect, it } from "vitest";
import { conditionWords } from "./condition-words.ts";

const pro = { attribute: "plan", op: "in", values: ["pro"] };
const staff = { segment: "staff" };

describe("a condition", () => {
  it.each([
    [pro, 'plan is "pro"'],
    [{ ...pro, values: ["pro", "team"], ignoreCase: true }, 'plan is one of "pro", "team", in upper or lower case'],
    [{ attribute: "email", op: "endsWith", values: ["@x"] }, 'email ends with "@x"'],
    [{ attribute: "email", op: "exists" }, "email is there"],
    [{ attribute: "x", op: "newer", values: [1] }, "x newer 1"],
    [staff, "in segment staff"],
    [{ flag: "a", variants: ["on", "half"] }, "flag a serves on or half"],
    [{ not: staff }, "not in segment staff"],
    [{ not: { any: [pro, staff] } }, 'not (plan is "pro" or in segment staff)'],
    [{ all: [pro, { any: [staff, { not: staff }] }] }, 'plan is "pro" and (in segment staff or not in segment staff)'],
    [{ any: [{ all: [pro] }] }, 'plan is "pro"'],
    [{ all: [] }, "everybody"],
    [{ any: [] }, "nobody"],
  ])("%j is told as %s", (condition, words) => {
    expect(conditionWords(condition)).toBe(words);
  });
});
