import type { StateIdentity } from "@bannerol/protocol";
import { describe, expect, it } from "vitest";
import { type Resumption, resume } from "./resume.ts";

const head: StateIdentity = { epoch: "e1", revision: 9, checksum: 99 };
const remembered = new Map([
  [7, 77],
  [9, 99],
]);

const cases: readonly [string, StateIdentity | undefined, Resumption][] = [
  ["nothing", undefined, "whole"],
  ["the newest state", { epoch: "e1", revision: 9, checksum: 99 }, "current"],
  ["the newest revision with another checksum", { epoch: "e1", revision: 9, checksum: 98 }, "whole"],
  ["an earlier state", { epoch: "e1", revision: 7, checksum: 77 }, "delta"],
  ["an earlier state that went wrong", { epoch: "e1", revision: 7, checksum: 1 }, "whole"],
  ["an earlier state whose checksum is forgotten", { epoch: "e1", revision: 3, checksum: 1 }, "delta"],
  ["a later state of this epoch", { epoch: "e1", revision: 10, checksum: 1 }, "ahead"],
  ["a later state of another epoch", { epoch: "e0", revision: 10, checksum: 1 }, "whole"],
  ["the same revision and checksum of another epoch", { epoch: "e0", revision: 9, checksum: 99 }, "whole"],
];

describe("resume (P7)", () => {
  it.each(cases)("answers a client that has %s", (_, have, expected) => {
    expect(resume(have, head, (revision) => remembered.get(revision))).toBe(expected);
  });
});
