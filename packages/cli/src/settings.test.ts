import { mintCredential } from "@bannerol/protocol";
import { describe, expect, it } from "vitest";
import { CliError, UsageError } from "./errors.ts";
import { resolveSettings } from "./settings.ts";
import type { SettingsFile, SettingsPlaces, SettingsSource } from "./settings-places.ts";

const from = (name: string, url?: string): Required<SettingsSource> => ({
  url,
  token: `${name}-token`,
  project: `${name}-project`,
  environment: `${name}-environment`,
});
const file = (name: string, url?: string): SettingsFile => ({ ...from(name, url), path: `/${name}/cli.json` });
const nothing: SettingsPlaces = { flags: {}, variables: {} };

const flags = from("flag", "http://flag:1");
const variables = from("variable", "http://variable:2");
const projectFile = file("folder", "http://folder:3");
const ownFile = file("own", "http://own:4");

const mint = (kind: "server" | "client" | "token") => mintCredential(kind, (count) => new Uint8Array(count)).text;

describe("settings", () => {
  it.each([
    { name: "a flag before all else", places: { flags, variables, projectFile, ownFile }, wins: "flag" },
    { name: "a variable before files", places: { flags: {}, variables, projectFile, ownFile }, wins: "variable" },
    { name: "the folder's file before one's own", places: { ...nothing, projectFile, ownFile }, wins: "folder" },
    { name: "one's own file before defaults", places: { ...nothing, ownFile }, wins: "own" },
  ])("take $name", ({ places, wins }) => {
    const settings = resolveSettings(places);
    expect(settings.url).toContain(wins);
    expect(settings.token).toBe(`${wins}-token`);
    expect(settings.project).toBe(`${wins}-project`);
    expect(settings.environment).toBe(`${wins}-environment`);
  });

  it("have defaults for the address and the project alone", () => {
    expect(resolveSettings(nothing)).toEqual({ url: "http://localhost:4400", project: "default" });
  });

  it("are taken one by one, each from the first place that has it", () => {
    const settings = resolveSettings({
      flags: { environment: "staging" },
      variables: { project: "shop", environment: "" },
      ownFile,
    });
    expect(settings).toEqual({ url: "http://own:4", token: "own-token", project: "shop", environment: "staging" });
  });

  it.each([
    ["another server than the file's", { flags: { url: "https://elsewhere" }, variables: {}, projectFile, ownFile }],
    ["another port of the same machine", { flags: { url: "http://own:5" }, variables: {}, ownFile }],
    ["plain text where the file says TLS", { ...nothing, flags: { url: "http://x" }, ownFile: file("o", "https://x") }],
    ["a folder's server", { ...nothing, projectFile: { path: "/f", url: "https://evil" }, ownFile }],
  ])("never send a file's token to %s", (_, places) => {
    expect(resolveSettings(places).token).toBeUndefined();
  });

  it.each(["http://localhost:4400", "http://127.0.0.1:4400/", "http://[::1]:4400"])(
    "know this machine by each of its names: %s",
    (url) => {
      const places = { flags: { url }, variables: {}, projectFile: file("folder", "http://localhost:4400") };
      expect(resolveSettings(places).token).toBe("folder-token");
    },
  );

  it("refuse to send a variable's token where only a folder's file says to", () => {
    const places = { flags: {}, variables: { token: "t" }, projectFile: { path: "/f/cli.json", url: "https://evil" } };
    expect(() => resolveSettings(places)).toThrow(/BANNEROL_TOKEN.*https:\/\/evil.*--url/);
  });

  it("let a variable's token go to a server of this machine that a folder's file names", () => {
    const places = { flags: {}, variables: { token: "t" }, projectFile: { path: "/f", url: "http://localhost:9" } };
    expect(resolveSettings(places)).toMatchObject({ url: "http://localhost:9", token: "t" });
  });

  it.each(["localhost:4400", "flags.example.com", "ftp://x", "http://", "http://user:secret@x", "javascript:alert(1)"])(
    "refuse the address %s without repeating it",
    (url) => {
      const resolve = () => resolveSettings({ flags: {}, variables: { url } });
      expect(resolve).toThrow(UsageError);
      expect(resolve).toThrow(/BANNEROL_URL/);
      expect(resolve).not.toThrow(/secret/);
    },
  );

  it("keep a path in front of the API", () => {
    expect(resolveSettings({ flags: { url: "https://x.example/flags/?a#b" }, variables: {} }).url).toBe(
      "https://x.example/flags",
    );
  });

  it.each(["server", "client"] as const)("name a %s key that stands where a token belongs", (kind) => {
    const resolve = () => resolveSettings({ flags: {}, variables: { token: mint(kind) } });
    expect(resolve).toThrow(CliError);
    expect(resolve).toThrow(new RegExp(`BANNEROL_TOKEN holds a ${kind} key`));
    expect(resolve).not.toThrow(new RegExp(mint(kind)));
  });

  it.each(["two words", "line\nbreak", "tokén"])("refuse %j as a token, which no header could carry", (token) => {
    expect(() => resolveSettings({ flags: { token }, variables: {} })).toThrow(/--token/);
  });

  it("take a token of the right form, and any text that an operator chose", () => {
    for (const token of [mint("token"), "x".repeat(32)]) {
      expect(resolveSettings({ flags: { token }, variables: {} }).token).toBe(token);
    }
  });
});
