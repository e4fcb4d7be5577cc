import { describe, expect, it } from "vitest";
import { commands } from "../registry.ts";
import { nameOf } from "../syntax.ts";
import { complete } from "./complete.ts";

/** What may stand where the last of these words is: candidates, `?kind` for what a server is asked, `:files`. */
const after = (...typed: string[]) => {
  const { candidates, ask, files } = complete(commands, typed);
  return [
    ...candidates.map(({ value }) => value),
    ...(ask ? [`${ask.start}?${ask.kind} ${ask.of}`.trim()] : []),
    ...(files ? [":files"] : []),
  ];
};

describe("completion", () => {
  it.each([
    ["a noun", ["fla"], ["flag"]],
    ["verbs of a noun", ["flag", "en"], ["enable"]],
    ["verbs below a verb, and what it takes itself", ["server", "ba"], ["backup"]],
    ["an argument", ["flag", "enable", "new-"], ["?flags new-"]],
    ["each of several arguments", ["promote", "a", "b", ""], ["?flags"]],
    ["the second argument", ["diff", "staging", "pro"], ["?environments pro"]],
    ["no argument beyond the last", ["kill", "a", ""], []],
    ["no name for what is made", ["flag", "create", ""], []],
    ["an argument behind options", ["kill", "--env", "production", "--yes", "n"], ["?flags n"]],
    ["ids by what they are ids of", ["webhook", "show", ""], ["?webhooks"]],
    ["ids by what they are ids of", ["approve", ""], ["?approvals"]],
    ["a file", ["test", "x"], [":files"]],
    ["a file's option", ["preview", "f", "--contexts", ""], [":files"]],
    ["a file's option", ["generate", "types", "--out", ""], [":files"]],
    ["an option's choices", ["rollout", "f", "1", "--on-breach", "p"], ["pause"]],
    ["an option's choices behind =", ["rollout", "--on-breach=p"], ["--on-breach=pause"]],
    ["an option that a server knows", ["kill", "f", "--env", "pro"], ["?environments pro"]],
    ["an option that a server knows behind =", ["kill", "--env=pro"], ["--env=?environments pro"]],
    ["what bash splits at =", ["kill", "--env", "=", "pro"], ["?environments pro"]],
    ["what bash splits at =, nothing behind it", ["kill", "--env", "="], ["?environments"]],
    ["nothing for a free text", ["kill", "f", "--comment", "x"], []],
    ["a common option before any command", ["--pro"], ["--project"]],
    ["an option of the command", ["rollout", "f", "--ste"], ["--steps"]],
    ["an option by which a change waits", ["kill", "--wait-"], ["--wait-timeout"]],
    ["no option twice", ["kill", "--comment", "x", "--comm"], []],
    ["an option that may be given again", ["rollout", "--guard", "a:errors", "--gu"], ["--guard"]],
    ["no option behind --", ["kill", "--", "--e"], ["?flags --e"]],
    ["nothing behind a word that is no command", ["frobnicate", ""], []],
    ["nothing for an option that is none", ["kill", "--frobnicate=x"], []],
    ["a word that is an option's value", ["--env", "flag", "fl"], ["flag"]],
  ])("knows %s: %j", (_, typed, expected) => {
    expect(after(...typed)).toEqual(expected);
  });

  it("shows every command where nothing is typed yet", () => {
    expect(after("")).toEqual(commands.map(nameOf));
    expect(after()).toEqual(commands.map(nameOf));
  });

  it("keeps what was said of the server, for asking it", () => {
    const { options } = complete(commands, ["--url", "http://a", "kill", "--project=shop", "--env", "=", "x", "f"]);
    expect(Object.fromEntries(options)).toEqual({ url: "http://a", project: "shop", env: "x" });
  });

  it("says something of every command and option", () => {
    const { candidates } = complete(commands, ["kill", "--"]);
    for (const { about } of candidates) expect(about).toMatch(/\w/);
  });
});
