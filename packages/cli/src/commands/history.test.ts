import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { agreeableServer, everything, production } from "../testing/agreeable-server.ts";
import * as documents from "../testing/documents.ts";
import { problem } from "../testing/scripted-server.ts";
import { emptyFolder } from "../testing/test-io.ts";

const api = agreeableServer();
const { cli } = api;
const bodies = () => api.server.seen.filter(({ method }) => method === "POST").map(({ body }) => body);
const nothing = { ...documents.changed, items: [], dryRun: true };

describe("revert", () => {
  it.each<[string[], object]>([
    [["new-checkout"], { flag: "new-checkout", environment: "production" }],
    [["new-checkout", "--env", "staging"], { flag: "new-checkout", environment: "staging" }],
    [["new-checkout", "--everywhere"], { flag: "new-checkout" }],
    [["staff", "--segment"], { segment: "staff" }],
    [["--all-flags"], { environment: "production" }],
    [["x", "--everywhere", "--reuse-archived-key"], { flag: "x", reuseArchivedKey: true }],
  ])("%j looks first, then asks for it", async (argv, target) => {
    const places = { [`GET ${production.replace("production", "staging")}`]: { body: documents.environment } };
    api.server.script = { ...everything, ...places };
    expect((await cli(["revert", ...argv, "--to", "41", "--comment", "back"])).code).toBe(0);
    expect(bodies()).toEqual([
      { to: "41", ...target, dryRun: true },
      { to: "41", ...target, comment: "back" },
    ]);
  });

  it("only looks with --dry-run, and where nothing would change", async () => {
    const shown = await cli(["revert", "new-checkout", "--to", "41", "--dry-run"]);
    expect(shown.stdout).toContain("revert new-checkout in production to 41 would change");
    api.server.script = { ...everything, "POST /projects/default/revert": { body: nothing } };
    const idle = await cli(["revert", "new-checkout", "--to", "41"]);
    expect(idle).toMatchObject({ code: 0, stdout: expect.stringContaining("it is so already") });
    expect(bodies()).toHaveLength(2);
  });

  it.each([
    [["--to", "41"], "Revert what?"],
    [["--segment", "--to", "41"], "Revert what?"],
    [["a", "--all-flags", "--to", "41"], "Leave"],
    [["a", "--segment", "--everywhere", "--to", "41"], "do not go together"],
    [["a", "--to", "yesterday"], "--to is a revision"],
    [["a"], "--to"],
  ])("%j is bad usage, and nothing is sent", async (argv, said) => {
    const ran = await cli(["revert", ...argv]);
    expect(ran).toMatchObject({ code: 2, stderr: expect.stringContaining(said) });
    expect(api.server.seen).toEqual([]);
  });

  it("asks before it changes a protected environment, and needs --yes where nobody can be asked", async () => {
    const place = { body: { ...documents.environments.items[1], protected: true } };
    api.server.script = { ...everything, [`GET ${production}`]: place };
    expect((await cli(["revert", "new-checkout", "--to", "41"])).code).toBe(2);
    expect(bodies()).toHaveLength(1);
    expect((await cli(["revert", "new-checkout", "--to", "41", "--yes"])).code).toBe(0);
    const questions: string[] = [];
    const ran = await cli(["revert", "a", "--to", "41"], { isTerminal: true, input: "n", questions });
    expect(ran.code).toBe(1);
    expect(questions).toEqual(["production is protected. Really revert a in production to 41? [y/N] "]);
  });

  it("6 where somebody was faster between the look and the change", async () => {
    const answer = ({ body }: { readonly body: unknown }) =>
      "dryRun" in Object(body) ? { body: documents.changed } : problem(412, "precondition_failed", "Faster.");
    api.server.script = { ...everything, "POST /projects/default/revert": answer };
    expect((await cli(["revert", "new-checkout", "--to", "41"])).code).toBe(6);
  });
});

describe("change apply", () => {
  const set = { items: [{ segment: "beta", after: {} }], comment: "from the file" };

  it("reads a file, or what is piped in, and sends it once it has looked", async () => {
    const folder = await emptyFolder();
    await writeFile(join(folder, "set.json"), JSON.stringify(set));
    expect((await cli(["change", "apply", "set.json"], { folder })).code).toBe(0);
    expect((await cli(["change", "apply", "-", "--comment", "c"], { input: JSON.stringify(set.items) })).code).toBe(0);
    expect(bodies()).toEqual([
      { ...set, dryRun: true },
      set,
      { items: set.items, dryRun: true },
      { items: set.items, comment: "c" },
    ]);
  });

  it.each([
    ["{", "is not JSON"],
    ["{}", "holds no change set"],
    ["null", "holds no change set"],
    [`{"items": {}}`, "holds no change set"],
  ])("says what is wrong with %s", async (input, said) => {
    expect(await cli(["change", "apply", "-"], { input })).toMatchObject({
      code: 2,
      stderr: expect.stringContaining(said),
    });
  });

  it("says that a file is not there", async () => {
    expect(await cli(["change", "apply", "none.json"])).toMatchObject({
      code: 2,
      stderr: expect.stringContaining("none.json cannot be read"),
    });
  });

  it("8 where the set is refused, each problem with its place", async () => {
    const errors = [{ path: "items[3].after.rules[0]", message: "Wrong." }];
    const refusal = problem(422, "invalid", "The change set is not valid.", { errors });
    api.server.script = { ...everything, "POST /projects/default/changes": refusal };
    const ran = await cli(["change", "apply", "-"], { input: "[]" });
    expect(ran).toMatchObject({ code: 8, stderr: expect.stringContaining("items[3].after.rules[0]: Wrong.") });
  });
});

describe("the past", () => {
  it.each(["eval", "explain"])("is asked by %s --at", async (verb) => {
    for (const at of ["41", "2026-01-31T12:00:00Z"]) {
      expect((await cli([verb, "new-checkout", "--at", at])).code).toBe(0);
      expect(bodies().at(-1)).toMatchObject({ flag: "new-checkout", at });
    }
    expect((await cli([verb, "new-checkout", "--at", "now"])).code).toBe(2);
  });

  it("has one change shown by its revision", async () => {
    await cli(["change", "show", "12"]);
    expect(api.server.seen[0]?.path).toBe("/projects/default/changes?since=11&until=13&limit=1");
    api.server.script = {
      ...everything,
      "GET /projects/default/changes": { body: { ...documents.changes, items: [] } },
    };
    expect((await cli(["change", "show", "99"])).code).toBe(3);
    for (const revision of ["0", "-1", "x", "1.5"]) {
      expect((await cli(["change", "show", "--", revision])).code).toBe(2);
    }
  });

  it("is verified, against a head too, and 8 where it does not hold", async () => {
    expect((await cli(["log", "--verify", "--head", "3fa9c1d23fa9", "--revision", "12"])).stdout).toContain("intact");
    expect(api.server.seen[0]?.path).toBe("/projects/default/changes/verify?head=3fa9c1d23fa9&revision=12");
    const verdict = { body: { ok: false, revision: 7, reason: "It was rewritten." } };
    api.server.script = { ...everything, "GET /projects/default/changes/verify": verdict };
    const ran = await cli(["log", "--verify"]);
    expect(ran).toMatchObject({ code: 8, stdout: expect.stringContaining("from revision 7 on: It was rewritten.") });
    expect((await cli(["log", "--head", "3fa9c1d23fa9"])).code).toBe(2);
  });

  it("is the installation's where that is asked for, which is in no environment", async () => {
    const shown = await cli(["log", "--installation"]);
    expect(shown.stdout).toMatch(/token\.create +token ci \(t9xQ2b7Lr0aZ\) and 1 more/);
    expect((await cli(["log", "--installation", "--verify", "--head", "3fa9c1d23fa9"])).stdout).toContain("3 changes");
    expect(api.server.seen.map(({ path }) => path)).toEqual(["/changes?limit=20", "/changes/verify?head=3fa9c1d23fa9"]);
    for (const verify of [[], ["--verify"]]) {
      const ran = await cli(["log", "--installation", "--flag", "a", ...verify]);
      expect(ran).toMatchObject({ code: 2, stderr: expect.stringContaining("--installation and --flag") });
    }
  });
});
