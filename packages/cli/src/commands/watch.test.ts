import { describe, expect, it } from "vitest";
import { agreeableServer, everything } from "../testing/agreeable-server.ts";
import * as documents from "../testing/documents.ts";
import { problem, type Scripted } from "../testing/scripted-server.ts";

const api = agreeableServer();
const { cli } = api;
const CHANGES = "GET /projects/default/changes";

const made = (revision: number, more: object = {}) => ({ ...documents.change, revision, ...more });
const answer = (items: readonly object[], revision: number): Scripted => ({
  body: { items, revision, head: documents.head },
});

/** The newest revision is asked for first; what each of the next questions is answered with, the last one for ever. */
function history(newest: number, ...answers: readonly Scripted[]): void {
  const left = [...answers];
  const script = ({ path }: { readonly path: string }): Scripted =>
    path.includes("since=") ? ((left.length > 1 ? left.shift() : left[0]) ?? answer([], newest)) : answer([], newest);
  api.server.script = { ...everything, [CHANGES]: script };
}
const asked = () => api.server.seen.map(({ path }) => new URLSearchParams(path.split("?")[1]).get("since"));

describe("bannerol watch", () => {
  it("shows what comes after the newest revision, the oldest first, each once", async () => {
    history(40, answer([], 40), answer([made(42), made(41)], 42), answer([made(43, { comment: undefined })], 43));
    const { code, stdout, stderr } = await cli(["watch", "--count", "3"]);
    expect(code).toBe(0);
    expect(stdout.split("\n").map((line) => line.split("  ")[0])).toEqual(["41", "42", "43", ""]);
    expect(stdout).toContain("41  2026-11-22 00:14:03  admin  rollout.update  new-checkout, production  Raise it\n");
    expect(stderr).toBe("Watching default from revision 40 on. Ctrl-C ends it.\n");
    expect(asked()).toEqual([null, "40", "40", "42"]);
  });

  it("begins where it is told to, and asks for what it is told to alone", async () => {
    history(40, answer([made(13), made(12)], 40));
    const words = ["--since", "11", "--flag", "new-checkout", "--env", "production", "--count", "1"];
    const { stdout } = await cli(["watch", ...words]);
    expect(stdout.match(/rollout\.update/g)).toHaveLength(1);
    expect(stdout).toMatch(/^12 {2}/);
    expect(api.server.seen.map(({ path }) => path.split("?")[1])).toEqual([
      "flag=new-checkout&environment=production&since=11&limit=200",
    ]);
  });

  it("gives one document with --json, of what came until somebody had seen enough", async () => {
    let enough = () => {};
    history(40, answer([made(41)], 41));
    const script = api.server.script;
    const found = script[CHANGES];
    api.server.script = {
      ...script,
      [CHANGES]: (seen) => {
        if (seen.path.includes("since=")) enough();
        return typeof found === "function" ? found(seen) : answer([], 40);
      },
    };
    const { code, stdout } = await cli(["watch", "--json"], {
      stop: (listener) => {
        enough = listener;
      },
    });
    expect(code).toBe(130);
    expect(JSON.parse(stdout)).toMatchObject({ items: [{ revision: 41 }] });
  });

  it("goes on where the server is away for a while, and says so once", async () => {
    const away = problem(503, "store_unavailable", "The database cannot be reached now.");
    history(40, away, away, answer([], 40), answer([made(41)], 41));
    const { code, stderr } = await cli(["watch", "--count", "1"]);
    expect(code).toBe(0);
    expect(stderr.split("\n").slice(1)).toEqual([
      "The database cannot be reached now. It is asked again until it answers.",
      "It answers again.",
      "",
    ]);
  });

  it("ends where the server refuses", async () => {
    history(40, problem(401, "token_invalid", "The token is not valid."));
    expect(await cli(["watch"])).toMatchObject({ code: 4, stderr: expect.stringContaining("not valid") });
  });

  it.each([
    [["--count", "0"], "--count is"],
    [["--count", "many"], "--count is"],
    [["--since", "2026-01-01T00:00:00Z"], "--since is"],
  ])("refuses %j as bad usage", async (words, told) => {
    expect(await cli(["watch", ...words])).toMatchObject({ code: 2, stderr: expect.stringContaining(told) });
    expect(api.server.seen).toEqual([]);
  });
});
