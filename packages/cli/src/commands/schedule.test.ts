import { describe, expect, it } from "vitest";
import { realServer } from "../testing/real-server.ts";

const { cli, done } = realServer();
const at = ["--at", "2999-12-01 09:00 Europe/Berlin"];

describe("bannerol schedule", () => {
  it.each([
    [["--enable"], "enable at 2999-12-01 08:00:00 UTC"],
    [["--disable"], "disable at"],
    [["--kill"], "kill at"],
    [["--percent", "25", "--enable"], 'enable, fallthrough {"rollout":{"weights":{"off":75000,"on":25000}}} at'],
    [["--change", '{"targets":[{"variant":"on","keys":["ada"]}]}'], 'targets [{"keys":["ada"],"variant":"on"}] at'],
  ])("adds %j, lists it, and cancels it", async (words, told) => {
    await done("flag", "create", "checkout");
    const added = await done("schedule", "add", "checkout", ...at, ...words, "--comment", "launch");
    expect(added.stdout).toContain(`checkout in production: ${told}`);
    const { items } = JSON.parse((await cli(["schedule", "list", "checkout", "--json"])).stdout);
    expect(items).toMatchObject([{ at: "2999-12-01T08:00:00.000Z", comment: "launch" }]);
    expect((await cli(["schedule", "list", "checkout"])).stdout).toContain(items[0].id);
    expect((await done("schedule", "cancel", "checkout", items[0].id)).stdout).toContain(`${items[0].id} cancelled`);
    expect((await cli(["schedule", "list", "checkout"])).stderr).toContain("Nothing waits for checkout in production.");
  });

  it.each([
    [[], /What shall happen then/],
    [["--enable", "--disable"], /one of them/],
    [["--enable", "--kill"], /One of/],
    [["--percent", "5", "--change", "{}"], /One of/],
    [["--percent", "half"], /0 to 100/],
  ])("refuses %j as bad usage", async (words, message) => {
    const { code, stderr } = await cli(["schedule", "add", "checkout", ...at, ...words]);
    expect(code).toBe(2);
    expect(stderr).toMatch(message);
  });

  it("refuses a time that has passed, and one that does not exist", async () => {
    await done("flag", "create", "checkout");
    const past = await cli(["schedule", "add", "checkout", "--at", "2020-01-01T00:00:00Z", "--enable"]);
    expect(past).toMatchObject({ code: 8, stderr: expect.stringContaining("in the future") });
    const never = await cli(["schedule", "add", "checkout", "--at", "2026-03-29 02:30 Europe/Berlin", "--enable"]);
    expect(never).toMatchObject({ code: 2, stderr: expect.stringContaining("set forward") });
  });

  it("asks about a protected environment, before it schedules anything", async () => {
    await done("flag", "create", "checkout");
    await done("env", "protect", "production");
    expect((await cli(["schedule", "add", "checkout", ...at, "--enable"])).code).toBe(2);
  });
});
