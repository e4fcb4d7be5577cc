/** The scripts in real shells, where the machine has them; the words that they ask for from an agreeable server. */
import { spawnSync } from "node:child_process";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { bash, fish, zsh } from "../completion/scripts.ts";
import { agreeableServer } from "../testing/agreeable-server.ts";
import { emptyFolder, runCli } from "../testing/test-io.ts";

const scripts = { bash, fish, zsh };
const api = agreeableServer();
const words = async (...typed: string[]) => (await api.cli(["completion", "words", "--", ...typed])).stdout.split("\n");

describe("the words", () => {
  // A busy machine must not decide whether the server answers in time.
  beforeEach(() => {
    vi.spyOn(AbortSignal, "timeout").mockReturnValue(new AbortController().signal);
  });
  afterEach(() => {
    vi.restoreAllMocks();
  });

  it("are the server's, with what is said of them", async () => {
    expect(await words("kill", "new-")).toEqual(["new-checkout\tOne-page checkout", ""]);
    expect(await words("kill", "f", "--env=pro")).toEqual(["--env=production\tProduction", ""]);
    expect(await words("user", "show", "")).toEqual(["ada@example.com\tAda", ""]);
    expect(await words("kill", "zzz")).toEqual([""]);
  });

  it("are asked in the project that was typed", async () => {
    await words("--project", "shop", "kill", "n");
    expect(api.server.seen.map(({ path }) => path)).toEqual(["/projects/shop/flags?limit=200&q=n"]);
  });

  it.each([
    ["a server out of reach", { BANNEROL_URL: "http://127.0.0.1:1" }],
    ["an address that is none", { BANNEROL_URL: "::" }],
    ["a token that is none", { BANNEROL_TOKEN: "a b" }],
  ])("are none, without a word, with %s", async (_, env) => {
    const ran = await api.cli(["completion", "words", "--", "kill", ""], { env });
    expect(ran).toEqual({ code: 0, stdout: "", stderr: "" });
  });

  it("are shown with a token on the line, which goes nowhere else", async () => {
    const token = `bnr_token_9mWb2LsQe4Yd_0123456789abcdefghijklmnopqrstuv_000000`;
    expect(await words("--token", token, "flag", "en")).toEqual(["enable\tswitch it on in one environment", ""]);
  });
});

/** A program that answers each question as the real one would, and keeps the words that it was asked with. */
async function stubbed(): Promise<{ readonly folder: string; readonly env: NodeJS.ProcessEnv }> {
  const folder = await emptyFolder();
  await mkdir(join(folder, "bin"));
  const program = `#!/bin/sh
printf '%s|' "$@" >> "${folder}/asked"
case "$*" in *file*) echo :files;; *none*) ;; *) printf 'new-checkout\\tOne: page\\nnew-search\\t\\n';; esac
`;
  await writeFile(join(folder, "bin", "bannerol"), program, { mode: 0o755 });
  await writeFile(join(folder, "seen.txt"), "");
  return { folder, env: { PATH: `${join(folder, "bin")}:${process.env.PATH}`, HOME: folder } };
}

const has = (shell: string): boolean => spawnSync(shell, ["-c", "exit 0"]).status === 0;

async function inShell(shell: string, script: string): Promise<string> {
  const { folder, env } = await stubbed();
  const { stdout, stderr } = spawnSync(shell, ["-c", script], { cwd: folder, env, encoding: "utf8" });
  return stdout + stderr;
}

describe("the script", () => {
  it.each(["bash", "zsh", "fish"] as const)("for %s is printed as it is, and tells how to keep it", async (shell) => {
    const { stdout } = await runCli(["completion", shell]);
    expect(stdout).toBe(`${scripts[shell]}\n`);
    expect(stdout).toMatch(/^# Completion of bannerol in .*For good/m);
  });

  it.skipIf(!has("bash"))("gives bash its candidates, and leaves files to it", async () => {
    const line = (...typed: string[]) =>
      `COMP_WORDS=(bannerol ${typed.join(" ")}); COMP_CWORD=${typed.length}; _bannerol bannerol; printf '%s;' "\${COMPREPLY[@]}"`;
    const script = `${scripts.bash}\n${line("flag", "enable", "new-")}; echo; ${line("kill", "none")}; echo; complete -p bannerol; cat asked`;
    expect((await inShell("bash", script)).split("\n")).toEqual([
      "new-checkout;new-search;",
      ";",
      "complete -F _bannerol bannerol",
      "completion|words|--|flag|enable|new-|completion|words|--|kill|none|",
    ]);
  });

  it.skipIf(!has("fish"))("gives fish its candidates with what is said of them, and leaves files to it", async () => {
    const script = `${scripts.fish}\ncomplete -C "bannerol flag enable new-"; complete -C "bannerol test --file see"`;
    expect((await inShell("fish", script)).split("\n")).toEqual([
      "new-checkout\tOne: page",
      "new-search",
      "seen.txt",
      "",
    ]);
  });

  it.skipIf(!has("zsh"))("is read by zsh", async () => {
    expect(await inShell("zsh", `compdef() {}\n${scripts.zsh}\nwhence -w _bannerol`)).toBe("_bannerol: function\n");
  });
});
