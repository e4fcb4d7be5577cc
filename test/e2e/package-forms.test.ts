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
  putOpenTelemetry();
  writeFileSync(join(folder, "flags.yaml"), "flags:\n  new-checkout:\n    fallthrough: { variant: on }\n");
  writeFileSync(join(folder, "flags.json"), '{"flags": {"new-checkout": {"fallthrough": {"variant": "on"}}}}');
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** As little of OpenTelemetry's API as shows that it is what the SDK loads. */
function putOpenTelemetry(): void {
  const api = join(folder, "node_modules", "@opentelemetry", "api");
  mkdirSync(api, { recursive: true });
  writeFileSync(join(api, "package.json"), '{"name": "@opentelemetry/api", "version": "1.9.0", "main": "index.js"}');
  writeFileSync(join(api, "index.js"), "exports.trace = { getActiveSpan: () => globalThis.span };");
}

const asking = (file: string) => `
  const flags = createClient({ file: ${JSON.stringify(file)} });
  flags.ready({ timeoutMs: 20000 }).then(() => {
    process.stdout.write(JSON.stringify({ on: flags.isEnabled("new-checkout"), problem: flags.status().problem ?? null }));
    return flags.close();
  });
`;

const allEntries = `
  const flags = createTestClient({ "new-checkout": false });
  flags.setFor("u1", "new-checkout", true);
  const events = [];
  globalThis.span = { isRecording: () => true, addEvent: (name) => events.push(name) };
  flags.use(openTelemetry());
  const user = () => ({ targetingKey: "u1" });
  const middleware = [onExpress(flags, user), onFastify(flags, user), onHono(flags, user)];
  middleware[0]({}, {}, () => {
    const on = currentFlags().isEnabled("new-checkout");
    process.stdout.write(JSON.stringify({ on, events, middleware: middleware.map((each) => typeof each) }));
  });
`;

const loadAll = [
  ["currentFlags", ""],
  ["bannerol: onExpress", "/express"],
  ["bannerol: onFastify", "/fastify"],
  ["bannerol: onHono", "/hono"],
  ["openTelemetry", "/opentelemetry"],
  ["createTestClient", "/testing"],
] as const;

const forms = [
  ["ES modules", "mjs", (what: string, from: string) => `import { ${what.replace(": ", " as ")} } from "${from}";`],
  ["CommonJS", "cjs", (what: string, from: string) => `const { ${what} } = require("${from}");`],
] as const;

describe.each(forms)("the packed SDK, loaded as %s", (_form, extension, load) => {
  const run = (program: string): unknown => {
    const name = `application.${extension}`;
    writeFileSync(join(folder, name), program);
    const output = execFileSync(process.execPath, ["--unhandled-rejections=strict", name], {
      cwd: folder,
      timeout: 60_000,
    });
    return JSON.parse(output.toString());
  };

  it.each(["flags.json", "flags.yaml"])("reads %s", (file) => {
    expect(run(load("createClient", "@bannerol/sdk-node") + asking(file))).toEqual({ on: true, problem: null });
  });

  it("has every entry, and one current request among them", () => {
    const loads = loadAll.map(([what, entry]) => load(what, `@bannerol/sdk-node${entry}`)).join("\n");
    expect(run(loads + allEntries)).toEqual({
      on: true,
      events: ["feature_flag.evaluation"],
      middleware: ["function", "function", "function"],
    });
  });
});

it("the packed SDK has one current request, though middleware is an ES module and what asks is CommonJS", () => {
  const program = `
    import { createRequire } from "node:module";
    import { bannerol } from "@bannerol/sdk-node/express";
    import { createTestClient } from "@bannerol/sdk-node/testing";
    const { currentFlags } = createRequire(import.meta.url)("@bannerol/sdk-node");
    const flags = createTestClient({ "new-checkout": true });
    bannerol(flags, () => ({}))({}, {}, () => {
      process.stdout.write(JSON.stringify(currentFlags()?.isEnabled("new-checkout") ?? null));
    });
  `;
  writeFileSync(join(folder, "both.mjs"), program);
  const output = execFileSync(process.execPath, ["both.mjs"], { cwd: folder, timeout: 60_000 });
  expect(JSON.parse(output.toString())).toBe(true);
});

/** What a test runner does: CommonJS, in a realm whose errors and promises are its own, and that knows no `import()`. */
const inRealm = `
  const { readFileSync } = require("node:fs");
  const path = require("node:path");
  const vm = require("node:vm");
  const context = vm.createContext({});
  const own = new Set(vm.runInContext("Object.getOwnPropertyNames(globalThis)", context));
  for (const name of Object.getOwnPropertyNames(globalThis)) if (!own.has(name)) context[name] = globalThis[name];
  const load = (file) => {
    const module = { exports: {} };
    const wrapped = "(function (exports, require, module) {" + readFileSync(file, "utf8") + "\\n})";
    const requireFrom = (name) => (name.startsWith(".") ? load(path.join(path.dirname(file), name)) : require(name));
    vm.runInContext(wrapped, context)(module.exports, requireFrom, module);
    return module.exports;
  };
  const { createClient } = load(require.resolve("@bannerol/sdk-node"));
`;

describe("the packed SDK, in a realm of its own", () => {
  const run = (program: string): unknown => {
    writeFileSync(join(folder, "realm.cjs"), inRealm + program);
    const output = execFileSync(process.execPath, ["--unhandled-rejections=strict", "realm.cjs"], {
      cwd: folder,
      timeout: 60_000,
    });
    return JSON.parse(output.toString());
  };

  it("reads YAML", () => {
    expect(run(asking("flags.yaml"))).toEqual({ on: true, problem: null });
  });

  it("says what is the matter with a file, and nothing of a cache that is not there yet", () => {
    const told = run(`
      const said = [];
      const logger = { warn: (message) => said.push(message) };
      const flags = createClient({ file: "gone.yaml", logger });
      const other = createClient({ url: "http://127.0.0.1:1", key: "bnr_server_x", cache: "none-yet", logger });
      flags.on("error", async ({ message }) => {
        await Promise.all([flags.close(), other.close()]);
        process.stdout.write(JSON.stringify({ message, cache: said.filter((one) => one.includes("kept")) }));
      });
      void flags.ready();
    `);
    expect(told).toEqual({ message: expect.stringContaining("There is no file"), cache: [] });
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
