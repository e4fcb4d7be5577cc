import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { epochTag, type KeptFile, nameOf, newestFirst, outlived, ownerTag, readName } from "./kept-files.ts";

const owner = ownerTag("binding");
const file = (epoch: string, revision: number, writtenAt: number): KeptFile => ({
  name: nameOf(owner, epoch, revision),
  epochTag: epochTag(epoch),
  revision,
  writtenAt,
});
const revisions = (files: readonly KeptFile[]) => files.map(({ revision }) => revision);

describe("names", () => {
  it("say whose, of which epoch and revision, whatever an epoch holds", () => {
    fc.assert(
      fc.property(fc.string(), fc.nat(), (epoch, revision) => {
        const name = nameOf(owner, epoch, revision);
        expect(name).toMatch(/^[0-9a-f-]+\.ruleset$/);
        expect(readName(name, owner)).toEqual({ name, epochTag: epochTag(epoch), revision });
      }),
    );
  });

  it.each([nameOf(ownerTag("other"), "e", 1), `${nameOf(owner, "e", 1)}.x.tmp`, "README", "../etc"])(
    "of others are none: %s",
    (name) => expect(readName(name, owner)).toBeUndefined(),
  );
});

describe("the newest", () => {
  it("is by revision within an epoch, whenever it was written", () => {
    expect(revisions(newestFirst([file("e", 8, 300), file("e", 10, 100), file("e", 9, 200)]))).toEqual([10, 9, 8]);
  });

  it("is of the epoch that was written to last", () => {
    expect(revisions(newestFirst([file("old", 100, 100), file("new", 3, 200)]))).toEqual([3, 100]);
  });
});

describe("what may go", () => {
  it("is all but two generations", () => {
    expect(revisions(outlived([file("e", 1, 1), file("e", 2, 2), file("e", 3, 3)], "e"))).toEqual([1]);
  });

  it("is not the last of the epoch before, until the new one has two", () => {
    expect(outlived([file("old", 9, 1), file("new", 1, 2)], "new")).toEqual([]);
    expect(revisions(outlived([file("old", 9, 1), file("new", 1, 2), file("new", 2, 3)], "new"))).toEqual([9]);
  });
});
