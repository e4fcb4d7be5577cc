import { stripVTControlCharacters } from "node:util";
import * as schemas from "@bannerol/protocol/schemas";
import { describe, expect, it } from "vitest";
import {
  agreeableServer,
  evaluation,
  everything,
  explanation,
  place,
  production,
} from "../testing/agreeable-server.ts";
import * as documents from "../testing/documents.ts";
import { problem, type Script } from "../testing/scripted-server.ts";

const api = agreeableServer();
const cli: typeof api.cli = (argv, world = {}) => api.cli(argv, { input: `{"items": []}`, ...world });

/** Every command that talks to a server. */
const commandLines: readonly string[][] = [
  ["kill", "new-checkout"],
  ["rollout", "new-checkout", "25"],
  ["explain", "new-checkout", "--context", '{"targetingKey":"u1"}'],
  ["eval", "new-checkout", "--context", '{"targetingKey":"u1"}'],
  ["log"],
  ["flag", "create", "new-checkout", "--description", "One-page checkout"],
  ["flag", "list"],
  ["flag", "show", "new-checkout"],
  ["flag", "update", "new-checkout", "--owner", "payments"],
  ["flag", "enable", "new-checkout"],
  ["flag", "disable", "new-checkout"],
  ["flag", "archive", "new-checkout"],
  ["flag", "restore", "new-checkout"],
  ["segment", "create", "staff", "--include", "u1"],
  ["segment", "list"],
  ["segment", "show", "staff"],
  ["segment", "delete", "staff"],
  ["segment", "keys", "staff"],
  ["segment", "add", "staff", "--key", "u3"],
  ["segment", "remove", "staff", "--key", "u3"],
  ["segment", "import", "staff", "-"],
  ["revert", "new-checkout", "--to", "41"],
  ["change", "apply", "-"],
  ["change", "show", "12"],
  ["change", "list"],
  ["preview", "new-checkout", "--rollout", "25"],
  ["parallel", "new-checkout"],
  ["promote", "new-checkout", "--from", "staging"],
  ["invariant", "add", "free-stays-free", "--flag", "new-checkout", "--minimum", "100"],
  ["invariant", "list"],
  ["invariant", "show", "free-stays-free"],
  ["invariant", "remove", "free-stays-free"],
  ["env", "protect", "production"],
  ["env", "unprotect", "production"],
  ["env", "move", "production", "0"],
  ["generate", "types"],
  ["project", "create", "mobile"],
  ["project", "list"],
  ["env", "create", "preview"],
  ["env", "list"],
  ["key", "create"],
  ["key", "list"],
  ["key", "revoke", "4cH0pQvT7xKz"],
  ["token", "create", "deploy-pipeline", "--role", "releaser"],
  ["token", "list"],
  ["token", "revoke", "9mWb2LsQe4Yd"],
  ["token", "rotate", "9mWb2LsQe4Yd"],
  ["key", "rotate", "4cH0pQvT7xKz"],
  ["whoami"],
  ["user", "create", "Ada", "--email", "ada@example.com", "--role", "releaser"],
  ["user", "list"],
  ["user", "show", "ada@example.com"],
  ["user", "update", "k3x9m2qa", "--role", "viewer"],
  ["user", "disable", "k3x9m2qa"],
  ["user", "enable", "k3x9m2qa"],
  ["webhook", "create", "https://hooks.example.com/flags", "--event", "flag.*"],
  ["webhook", "list"],
  ["webhook", "show", "7hTq0RzVb2Ck"],
  ["webhook", "test", "7hTq0RzVb2Ck"],
  ["webhook", "update", "7hTq0RzVb2Ck", "--name", "chat"],
  ["webhook", "disable", "7hTq0RzVb2Ck"],
  ["webhook", "enable", "7hTq0RzVb2Ck"],
  ["webhook", "replay", "7hTq0RzVb2Ck", "--from", "3"],
  ["webhook", "rotate", "7hTq0RzVb2Ck"],
  ["webhook", "delete", "7hTq0RzVb2Ck"],
  ["login"],
];

describe("the answers that these tests script", () => {
  it.each([
    ["targeting", schemas.targetingChangedSchema, documents.targeting],
    ["flag", schemas.flagChangedSchema, documents.flag],
    ["flags", schemas.flagListSchema, documents.flagList],
    ["stale flags", schemas.staleFlagListSchema, documents.staleFlags],
    ["environments", schemas.environmentListSchema, documents.environments],
    ["segment", schemas.segmentChangedSchema, documents.segment],
    ["keys of a segment", schemas.segmentKeysChangedSchema, documents.keysChanged],
    ["changes", schemas.changeListSchema, documents.changes],
    ["key", schemas.sdkKeyCreatedSchema, documents.sdkKey],
    ["token", schemas.tokenCreatedSchema, documents.token],
    ["answer to a change of many", schemas.changeSetAnswerSchema, documents.changed],
    ["preview", schemas.previewSchema, documents.preview],
    ["report of parallel runs", schemas.parallelReportSchema, documents.parallel],
    ["difference of environments", schemas.diffSchema, documents.diff],
    ["invariant", schemas.invariantChangedSchema, documents.invariant],
    ["user", schemas.userChangedSchema, documents.user],
    ["caller", schemas.whoamiSchema, documents.whoami],
    ["webhook", schemas.webhookSecretSchema, documents.webhook],
    ["project", schemas.projectSchema, documents.project],
    ["evaluation", schemas.explainedSchema, { ...evaluation, explanation }],
  ])("are what the API answers: %s", (_, schema, document) => {
    expect(schema.safeParse(document).error).toBeUndefined();
  });
});

describe.each(commandLines.map((argv) => [argv.join(" "), argv] as const))("bannerol %s", (_, argv) => {
  it("prints one JSON document with --json, and nothing else there", async () => {
    const { code, stdout } = await cli([...argv, "--json"]);
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toBeTypeOf("object");
    expect((await cli(["--json", ...argv])).stdout.length).toBe(stdout.length);
  });

  it("prints one problem document with --json where it fails", async () => {
    const { code, stdout, stderr } = await cli([...argv, "--json"], { env: { BANNEROL_URL: "http://127.0.0.1:1" } });
    expect(code).toBe(7);
    expect(JSON.parse(stdout)).toMatchObject({ code: "unreachable", exitCode: 7 });
    expect(stderr).toMatch(/^error: No answer from http:\/\/127\.0\.0\.1:1/);
  });

  it("prints something for people otherwise", async () => {
    const { code, stdout } = await cli(argv);
    expect(code).toBe(0);
    expect(stdout).toMatch(/\S/);
    expect(stdout).not.toContain("undefined");
    expect(stdout).not.toContain("\u001b");
  });
});

describe("what people see", () => {
  it.each(
    [
      ["preview", "new-checkout", "--rollout", "25"],
      ["parallel", "new-checkout"],
      ["invariant", "list"],
      ["flag", "list"],
      ["flag", "show", "new-checkout"],
      ["flag", "create", "new-checkout"],
      ["rollout", "new-checkout", "25"],
      ["kill", "new-checkout"],
      ["log"],
      ["eval", "new-checkout"],
      ["explain", "new-checkout", "--context", '{"targetingKey":"u1"}'],
      ["segment", "show", "staff"],
      ["key", "list"],
      ["token", "list"],
      ["token", "rotate", "9mWb2LsQe4Yd"],
      ["key", "rotate", "4cH0pQvT7xKz", "--overlap", "0s"],
      ["user", "list"],
      ["user", "show", "k3x9m2qa"],
      ["webhook", "create", "https://hooks.example.com/flags"],
      ["webhook", "list"],
      ["webhook", "show", "7hTq0RzVb2Ck"],
      ["env", "list"],
      ["revert", "new-checkout", "--to", "41"],
      ["change", "apply", "-", "--dry-run"],
      ["change", "show", "12"],
      ["project", "list"],
      ["log", "--verify"],
    ].map((argv) => [argv.join(" "), argv] as const),
  )("bannerol %s", async (_, argv) => {
    const { stdout, stderr } = await cli(argv);
    expect(`${stdout}${stderr === "" ? "" : `--- on standard error\n${stderr}`}`).toMatchSnapshot();
  });

  it("ends no line in spaces, coloured or not", async () => {
    const { stdout } = await cli(["explain", "new-checkout"], { isTerminal: true });
    for (const line of stripVTControlCharacters(stdout).split("\n")) expect(line).toBe(line.trimEnd());
  });

  it("is coloured on a terminal, and plain where NO_COLOR says so", async () => {
    expect((await cli(["flag", "list"], { isTerminal: true })).stdout).toContain("\u001b[");
    expect((await cli(["flag", "list"], { isTerminal: true, env: { NO_COLOR: "1" } })).stdout).not.toContain("\u001b[");
  });
});

describe("exit codes", () => {
  const failing = (answer: ReturnType<typeof problem>): Script => ({ ...everything, [`POST ${place}/kill`]: answer });
  it.each([
    [1, problem(409, "still_referenced", "x")],
    [1, problem(500, "internal", "x")],
    [3, problem(404, "not_found", "x")],
    [4, problem(401, "token_invalid", "x")],
    [4, problem(403, "wrong_credential", "x")],
    [5, problem(403, "not_allowed", "x")],
    [6, problem(409, "conflict", "x")],
    [6, problem(412, "precondition_failed", "x")],
    [7, problem(503, "try_later", "x")],
    [8, problem(422, "invalid", "x", { errors: [{ path: "a", message: "b" }] })],
    [7, { status: 502, body: "<html>Bad gateway" }],
    [1, { status: 200, body: "<html>Welcome" }],
  ])("%i where the server answers %j", async (code, answer) => {
    api.server.script = failing(answer);
    expect((await cli(["kill", "new-checkout"])).code).toBe(code);
  });

  it("4 without a token, and says how to get one", async () => {
    const { code, stderr } = await cli(["flag", "list"], { env: { BANNEROL_TOKEN: "" } });
    expect(code).toBe(4);
    expect(stderr).toMatch(/bannerol login/);
    expect(api.server.seen.map(({ path, headers }) => [path, headers.authorization])).toEqual([["/livez", undefined]]);
  });

  it("7 without a token where the address is wrong too, which is the likelier mistake", async () => {
    const { code } = await cli(["flag", "list"], { env: { BANNEROL_TOKEN: "", BANNEROL_URL: "http://127.0.0.1:1" } });
    expect(code).toBe(7);
  });

  it.each([
    [true, 0],
    [false, 10],
  ])("of eval --test for a flag that is %s: %i", async (value, code) => {
    api.server.script = {
      ...everything,
      [`POST ${production}/evaluate`]: { body: { ...evaluation, value, explanation } },
    };
    expect((await cli(["eval", "new-checkout", "--test"])).code).toBe(code);
    expect((await cli(["eval", "new-checkout"])).code).toBe(0);
  });

  it.each([
    ["a flag that is no boolean", { value: "blue" }, 1],
    ["null", { value: null }, 1],
    ["a flag that cannot be read", { value: null, reason: "ERROR", errorCode: "PARSE_ERROR" }, 1],
    ["a flag that is not there", { value: null, reason: "ERROR", errorCode: "FLAG_NOT_FOUND" }, 3],
  ])("of eval --test fail closed for %s", async (_, answer, code) => {
    const body = { ...evaluation, ...answer, explanation };
    api.server.script = { ...everything, [`POST ${production}/evaluate`]: { body } };
    expect((await cli(["eval", "new-checkout", "--test"])).code).toBe(code);
  });
});
