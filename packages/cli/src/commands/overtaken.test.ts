import { describe, expect, it } from "vitest";
import { agreeableServer, everything, place, tagged } from "../testing/agreeable-server.ts";
import { disabled, targeting } from "../testing/documents.ts";
import { problem } from "../testing/scripted-server.ts";

const api = agreeableServer();
const faster = problem(412, "precondition_failed", "Flag new-checkout in production has changed since it was read.");

/** Somebody disables the flag and gives it another off variant, after it was read. */
function overtake(request: string): void {
  const { head: _, ...read } = targeting;
  const { head: __, ...now } = { ...disabled, off: "on", revision: 13 };
  let reads = 0;
  api.server.script = {
    ...everything,
    [`GET ${place}`]: () => {
      reads += 1;
      return tagged(reads === 1 ? read : now);
    },
    [request]: faster,
  };
}

describe("a targeting that somebody changes between its being read and being changed", () => {
  it.each([
    [`POST ${place}/enable`, ["flag", "enable", "new-checkout"]],
    [`POST ${place}/disable`, ["flag", "disable", "new-checkout"]],
    [`PUT ${place}/rollout`, ["rollout", "new-checkout", "25"]],
  ])("F33: is left as it is, and what differs is shown: %s", async (request, argv) => {
    overtake(request);
    const { code, stderr } = await api.cli(argv);
    expect(code).toBe(6);
    expect(stderr).toContain("error: Flag new-checkout in production has changed since it was read.");
    expect(stderr).toContain("  enabled: is false now, and was true when it was read.");
    expect(stderr).toContain('  off: is "on" now, and was "off" when it was read.');
    expect(stderr).toContain("  revision: is 13 now, and was 12 when it was read.");
    expect(stderr).not.toContain("fallthrough");
    const sent = api.server.seen.find(({ method, path }) => `${method} ${path}` === request);
    expect(sent?.headers["if-match"], "the tag of what was read").toBe('"12"');
  });

  it("F33: says the same to a script", async () => {
    overtake(`POST ${place}/disable`);
    const { stdout, stderr } = await api.cli(["flag", "disable", "new-checkout", "--json"]);
    expect(JSON.parse(stdout || stderr)).toMatchObject({
      code: "precondition_failed",
      exitCode: 6,
      status: 412,
      errors: expect.arrayContaining([{ path: "enabled", message: expect.stringContaining("is false now") }]),
    });
  });
});

describe("a release", () => {
  const release = { id: "abcd1234", state: "running", step: 0, percentage: 1, steps: [], guards: [], heldMs: 0 };
  const tagOf = async (verb: string) => {
    const done = { ...release, revision: 13, head: "f".repeat(64) };
    const script = { [`GET ${place}/release`]: tagged(release), [`POST ${place}/release/${verb}`]: { body: done } };
    api.server.script = { ...everything, ...script };
    expect((await api.cli(["release", verb, "new-checkout"])).code).toBe(0);
    return api.server.seen.find(({ method }) => method === "POST")?.headers["if-match"];
  };

  it.each(["resume", "approve", "advance"])("goes on as it was read: %s", async (verb) => {
    expect(await tagOf(verb)).toBe('"12"');
  });

  it.each(["pause", "abort", "rollback"])("is stopped whatever it does meanwhile: %s", async (verb) => {
    expect(await tagOf(verb)).toBeUndefined();
  });
});
