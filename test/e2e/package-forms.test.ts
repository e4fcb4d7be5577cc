/** The published SDK as it is installed: packed, put beside nothing but `ws`, and loaded in each way that Node knows. */
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { root } from "./harness.ts";

const folder = mkdtempSync(join(tmpdir(), "bannerol-packed-"));
const installed = join(folder, "node_modules", "@bannerol", "sdk-node");

beforeAll(() => {
  const source = join(root, "packages", "sdk-node");
  const packed = execFileSync("npm", ["pack", source, "--json", "--ignore-scripts"], {
    cwd: folder,
    stdio: ["ignore", "pipe", "ignore"],
  });
  const [{ filename }] = JSON.parse(packed.toString());
  mkdirSync(installed, { recursive: true });
  execFileSync("tar", ["-xzf", join(folder, filename), "-C", installed, "--strip-components=1"]);
  symlinkSync(join(root, "node_modules", "ws"), join(folder, "node_modules", "ws"));
  writeFileSync(join(folder, "flags.yaml"), "flags:\n  new-checkout:\n    fallthrough: { variant: on }\n");
  writeFileSync(join(folder, "flags.json"), '{"flags": {"new-checkout": {"fallthrough": {"variant": "on"}}}}');
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const asking = (file: string) => `
  const flags = createClient({ file: ${JSON.stringify(file)} });
  flags.ready({ timeoutMs: 20000 }).then(() => {
    process.stdout.write(JSON.stringify({ on: flags.isEnabled("new-checkout"), problem: flags.status().problem ?? null }));
    return flags.close();
  });
`;

const forms = [
  ["ES modules", "application.mjs", 'import { createClient } from "@bannerol/sdk-node";'],
  ["CommonJS", "application.cjs", 'const { createClient } = require("@bannerol/sdk-node");'],
] as const;

describe.each(forms)("the packed SDK, loaded as %s", (_form, name, load) => {
  it.each(["flags.json", "flags.yaml"])("reads %s", (file) => {
    writeFileSync(join(folder, name), load + asking(file));
    const output = execFileSync(process.execPath, ["--unhandled-rejections=strict", name], {
      cwd: folder,
      timeout: 60_000,
    });
    expect(JSON.parse(output.toString())).toEqual({ on: true, problem: null });
  });
});

describe("the packed SDK", () => {
  it("passes on the licence of what is inlined, beside its own", () => {
    expect(readFileSync(join(installed, "dist", "THIRD-PARTY-LICENSES.txt"), "utf8")).toMatch(
      /^yaml 2\.[\s\S]*Permission to use/,
    );
    expect(existsSync(join(installed, "LICENSE"))).toBe(true);
  });
});
