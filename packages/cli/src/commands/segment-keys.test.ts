import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { agreeableServer, everything, tagged } from "../testing/agreeable-server.ts";
import { segment } from "../testing/documents.ts";
import { problem } from "../testing/scripted-server.ts";
import { emptyFolder } from "../testing/test-io.ts";

const api = agreeableServer();
const keys = "/projects/default/segments/staff/keys";

const last = () => api.server.seen.at(-1);

describe("bannerol segment", () => {
  it("prints the keys of a list, all pages of it", async () => {
    const { stdout } = await api.cli(["segment", "keys", "staff", "--list", "excluded"]);
    expect(stdout).toBe("u1\nu2\n");
    expect(last()?.path).toBe(`${keys}?list=excluded&limit=10000&cursor=a2E`);
    expect(JSON.parse((await api.cli(["segment", "keys", "staff", "--json"])).stdout)).toEqual({ items: ["u1", "u2"] });
  });

  it("adds and removes keys, of what it has read", async () => {
    const { stdout } = await api.cli(["segment", "add", "staff", "--key", "u3", "--key", "u4", "--comment", "why"]);
    expect(stdout).toContain("staff has 12000 keys included");
    expect(last()).toMatchObject({ method: "POST", path: keys, body: { add: ["u3", "u4"], comment: "why" } });
    expect(last()?.headers["if-match"]).toBe('"12"');
    await api.cli(["segment", "remove", "staff", "--key", "u3", "--list", "excluded"]);
    expect(last()).toMatchObject({ method: "POST", path: keys, body: { remove: ["u3"], list: "excluded" } });
  });

  it("sends a file, or standard input, as it is", async () => {
    const folder = await emptyFolder();
    await writeFile(join(folder, "staff.txt"), "u1\r\nu2\n");
    await api.cli(["segment", "import", "staff", "staff.txt", "--list", "excluded"], { folder });
    expect(last()).toMatchObject({ method: "PUT", path: `${keys}?list=excluded`, body: "u1\r\nu2\n" });
    expect(last()?.headers["if-match"]).toBe('"12"');
    await api.cli(["segment", "import", "staff", "-"], { input: "u9\n" });
    expect(last()).toMatchObject({ method: "PUT", path: keys, body: "u9\n" });
  });

  it("empties no list by an empty input, unless that is meant", async () => {
    const before = api.server.seen.length;
    const got = await api.cli(["segment", "import", "staff", "-"], { input: "" });
    expect(got).toMatchObject({ code: 2, stderr: expect.stringContaining("Standard input is empty") });
    expect(api.server.seen).toHaveLength(before);
    expect((await api.cli(["segment", "import", "staff", "-", "--empty"], { input: "" })).code).toBe(0);
    expect(last()).toEqual(expect.objectContaining({ method: "PUT", path: keys, body: undefined }));
  });

  it.each([
    [["segment", "import", "staff", "nowhere.txt"], 2, /nowhere\.txt cannot be read: it is not there\./],
    [["segment", "import", "staff", "."], 2, /\. cannot be read: it is a folder\./],
    [["segment", "add", "staff"], 2, /--key/],
    [["segment", "keys", "staff", "--list", "both"], 2, /both/],
  ])("refuses %j", async (argv, code, message) => {
    expect(await api.cli(argv)).toMatchObject({ code, stderr: expect.stringMatching(message) });
  });

  it("says which line is wrong, and what the server said of it", async () => {
    const refusal = problem(422, "limit_exceeded", "Line 2 takes 1026 bytes, and the limit is 1024.");
    api.server.script = { ...everything, [`PUT ${keys}`]: refusal };
    const { code, stderr } = await api.cli(["segment", "import", "staff", "-"], { input: "a\nb" });
    expect([code, stderr]).toEqual([8, expect.stringContaining("Line 2 takes 1026 bytes")]);
  });

  it("shows how many keys a list has that is kept apart", async () => {
    const included = { list: "l1", count: 12_000, version: 12 };
    api.server.script = { ...everything, "GET /projects/default/segments/staff": tagged({ ...segment, included }) };
    expect((await api.cli(["segment", "show", "staff"])).stdout).toContain("12000 keys");
  });
});
