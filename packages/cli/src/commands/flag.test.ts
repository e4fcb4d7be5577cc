import { describe, expect, it } from "vitest";
import { realServer } from "../testing/real-server.ts";

const { cli, done } = realServer();

describe("bannerol flag create", () => {
  it.each([
    ["a boolean flag", [], "true"],
    ["a boolean flag of other variants", ["--variant", "new=true", "--variant", "old=false"], "true"],
    ["a text", ["--type", "string", "--variant", "blue=B", "--variant", "green=G"], "B"],
    [
      "numbers, three of them",
      ["--type", "number", "--variant", "low=1", "--variant", "mid=2", "--variant", "off=0"],
      "1",
    ],
  ])("names a next step that works as it stands, of %s", async (_, words, value) => {
    const { stderr } = await done("flag", "create", "checkout", ...words);
    const [, next = ""] = /^Next: bannerol (.+)$/m.exec(stderr) ?? [];
    await done(...next.replace(" 25 ", " 100 ").split(" "));
    expect((await cli(["eval", "checkout", "--env", "development"])).stdout).toMatch(new RegExp(`^"?${value}"? `));
  });

  it("names none where there is nothing to roll out", async () => {
    expect((await done("flag", "create", "one", "--type", "string", "--variant", "only=x")).stderr).toBe("");
  });
});
