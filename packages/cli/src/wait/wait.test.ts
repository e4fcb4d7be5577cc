import type { Convergence } from "@bannerol/protocol/schemas";
import { convergenceSchema } from "@bannerol/protocol/schemas";
import { describe, expect, it } from "vitest";
import { agreeableServer, everything, production } from "../testing/agreeable-server.ts";
import { problem, type Scripted, type Seen } from "../testing/scripted-server.ts";

const api = agreeableServer();
const connections = `GET ${production}/connections`;
const behind = { instance: "i-7", name: "bannerol-node", version: "0.1.0", revision: 11 };

const standing = (have: number, connected: number): Convergence => ({
  revision: 12,
  connected,
  have,
  share: connected === 0 ? 1 : have / connected,
  missing: Array.from({ length: connected - have }, () => behind),
});

/** Answers one after another, the last one for good. */
function answers(...given: readonly (Convergence | Scripted)[]): () => Scripted {
  let at = 0;
  return () => {
    const answer = given[Math.min(at++, given.length - 1)] ?? standing(0, 0);
    return "body" in answer ? answer : { body: answer };
  };
}

const asked = () => api.server.seen.filter(({ path }) => path.includes("/connections"));
const whenAnswered = (script: (seen: Seen) => Scripted) => {
  api.server.script = { ...everything, [connections]: script };
};

describe("--wait", () => {
  it("ends once the share of the connected SDKs has the change, and says how many and how long", async () => {
    expect(convergenceSchema.safeParse(standing(3, 4)).error).toBeUndefined();
    whenAnswered(answers(standing(1, 4), standing(2, 4), standing(3, 4)));
    const { code, stdout, stderr } = await api.cli(["kill", "new-checkout", "--wait", "75%"]);
    expect(code).toBe(0);
    expect(stdout.split("\n").slice(-2)).toEqual(["3 of 4 connected SDKs have it, after 0.3 s", ""]);
    expect(stderr).toBe("Waiting: 1 of 4 SDKs have revision 12, 0 s\n");
    expect(asked().map(({ path }) => path)).toEqual(Array(3).fill(`${production}/connections?revision=12`));
  });

  it("means all of them where no share is named, and asks no SDK that is not connected", async () => {
    whenAnswered(answers(standing(3, 4), standing(3, 3)));
    expect((await api.cli(["kill", "new-checkout", "--wait"])).stdout).toContain("3 of 3 connected SDKs have it");
  });

  it("has nobody to wait for where no SDK is connected, and says so", async () => {
    whenAnswered(answers(standing(0, 0)));
    const { code, stdout } = await api.cli(["flag", "enable", "new-checkout", "--wait"]);
    expect([code, stdout]).toEqual([0, expect.stringContaining("No SDK is connected")]);
  });

  it("ends with 1 when the time is over, and lists who has not; the change stays", async () => {
    whenAnswered(answers(standing(1, 2)));
    const { code, stdout, stderr } = await api.cli([
      "rollout",
      "new-checkout",
      "25",
      "--wait",
      "--wait-timeout",
      "12s",
    ]);
    expect(code).toBe(1);
    expect(stdout).toContain("new-checkout");
    expect(stderr.split("\n")).toEqual([
      "Waiting: 1 of 2 SDKs have revision 12, 0 s",
      "Waiting: 1 of 2 SDKs have revision 12, 5 s",
      "Waiting: 1 of 2 SDKs have revision 12, 10 s",
      "The change is made, and 1 of 2 connected SDKs has revision 12 after 12.0 s. Not yet:",
      "  i-7  bannerol-node 0.1.0  production  has revision 11",
      "",
    ]);
  });

  it("gives up after a minute unless told otherwise", async () => {
    whenAnswered(answers(standing(0, 1)));
    const { stdout } = await api.cli(["kill", "new-checkout", "--wait", "--json"]);
    expect(JSON.parse(stdout).waited.ms).toBe(60_000);
  });

  it.each([
    [standing(2, 2), 0, { share: 1, connected: 2, have: 2, ms: 0, missing: [] }],
    [
      standing(1, 2),
      1,
      { share: 0.5, connected: 2, have: 1, ms: 3_000, missing: [{ environment: "production", ...behind }] },
    ],
  ])("with --json prints the change's own document with what became of the waiting: %#", async (told, code, waited) => {
    whenAnswered(answers(told));
    const ran = await api.cli(["kill", "new-checkout", "--wait", "--wait-timeout", "3s", "--json"]);
    expect(ran.code).toBe(code);
    expect(JSON.parse(ran.stdout)).toMatchObject({ revision: 12, enabled: false, waited });
  });

  it("draws a bar on a terminal, and leaves no trace of it", async () => {
    whenAnswered(answers(standing(1, 4), standing(4, 4)));
    const { stderr } = await api.cli(["kill", "new-checkout", "--wait"], { isTerminal: true });
    expect(stderr).toBe("\r██████░░░░░░░░░░░░░░░░░░ 1 of 4 SDKs have revision 12, 0 s\u001b[K\r\u001b[K");
  });

  it("shows the first 20 who have not, and says how many there are beside them", async () => {
    whenAnswered(answers(standing(0, 25)));
    const { stderr } = await api.cli(["kill", "new-checkout", "--wait", "--wait-timeout", "1s"]);
    expect(stderr.match(/i-7/g)).toHaveLength(20);
    expect(stderr).toContain("and 5 more");
  });
});

describe("where it is waited", () => {
  const elsewhere = "GET /projects/default/environments/development/connections";

  it.each([
    ["every environment", [], { connected: 3, have: 2, share: 2 / 3 }],
    ["the one that is named", ["--env", "development"], { connected: 1, have: 1, share: 1 }],
  ])("a segment is waited for in %s", async (_, more, waited) => {
    api.server.script = {
      ...everything,
      [connections]: { body: standing(1, 2) },
      [elsewhere]: { body: standing(1, 1) },
    };
    const words = ["segment", "add", "staff", "--key", "u3", "--wait", "--wait-timeout", "1s", "--json", ...more];
    expect(JSON.parse((await api.cli(words)).stdout).waited).toMatchObject(waited);
  });

  it.each([
    ["change", "apply", "-", "--dry-run"],
    ["revert", "new-checkout", "--to", "41", "--dry-run"],
  ])("what changes nothing waits for nobody: %s %s", async (...words) => {
    expect((await api.cli([...words, "--wait"], { input: '{"items": []}' })).code).toBe(0);
    expect(asked()).toEqual([]);
  });
});

describe("what goes wrong", () => {
  it.each([
    [["--wait", "0.99"], /--wait 99%/],
    [["--wait", "99"], /percent sign/],
    [["--wait", "0%"], /percent sign/],
    [["--wait", "101%"], /percent sign/],
    [["--wait", "--wait-timeout", "60"], /like 30s/],
    [["--wait", "--wait-timeout", "0s"], /like 30s/],
    [["--wait-timeout", "60s"], /--wait is not there/],
  ])("is refused before anything is changed: %j", async (words, message) => {
    const { code, stderr } = await api.cli(["kill", "new-checkout", ...words]);
    expect([code, stderr]).toEqual([2, expect.stringMatching(message)]);
    expect(api.server.seen).toEqual([]);
  });

  it.each([500, 503, 429])("passes, where the server answers %i for a moment", async (status) => {
    whenAnswered(
      answers(problem(status, "unavailable", "Not now."), standing(1, 2), problem(status, "x", "y"), standing(2, 2)),
    );
    expect((await api.cli(["kill", "new-checkout", "--wait"])).stdout).toContain("2 of 2 connected SDKs have it");
  });

  it.each([
    ["refuses to tell", problem(403, "forbidden", "Not yours."), 5],
    ["does not tell in time", problem(503, "unavailable", "Not now."), 7],
  ])("is the waiting's alone where the server %s: the change is made, and it is said", async (_, answer, code) => {
    whenAnswered(answers(answer));
    const ran = await api.cli(["kill", "new-checkout", "--wait"]);
    expect([ran.code, ran.stderr]).toEqual([code, expect.stringContaining("The change is made: revision 12.")]);
  });

  it("ends with 130 on Ctrl-C, and says that the change is made", async () => {
    let interrupt = () => {};
    whenAnswered(() => {
      interrupt();
      return { body: standing(1, 2) };
    });
    const stop = (listener: () => void) => {
      interrupt = listener;
    };
    const { code, stdout, stderr } = await api.cli(["kill", "new-checkout", "--wait", "--json"], { stop });
    expect([code, stderr]).toEqual([130, expect.stringContaining("Interrupted. The change is made: 1 of 2")]);
    expect(JSON.parse(stdout)).toMatchObject({ revision: 12, waited: { have: 1, connected: 2, ms: 0 } });
  });
});
