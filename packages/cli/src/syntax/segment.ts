import { comment, type NounSyntax, type OptionSyntax } from "../syntax.ts";

const commands = () => import("../commands/segment.ts");
const keyCommands = () => import("../commands/segment-keys.ts");

const list: OptionSyntax = {
  flags: "--list <list>",
  description: "which list; included unless named",
  choices: ["included", "excluded"],
};
const empty: OptionSyntax = { flags: "--empty", description: "an empty input is meant: it empties the list" };
const keys: OptionSyntax = { flags: "--key <key>", description: "a key", repeatable: true, required: true };

export const segmentCommands: NounSyntax = {
  noun: "segment",
  summary: "reusable sets of contexts",
  verbs: [
    {
      usage: "create <segment>",
      summary: "make a segment",
      options: [
        { flags: "--name <text>", description: "for people" },
        { flags: "--description <text>", description: "who is in it" },
        { flags: "--include <key>", description: "a key that is in", repeatable: true },
        { flags: "--exclude <key>", description: "a key that is out", repeatable: true },
        { flags: "--by <attribute>", description: "what the keys are; targetingKey unless named" },
        { flags: "--when <json>", description: "a condition that decides about everybody else" },
        comment,
      ],
      waits: true,
      example: "bannerol segment create staff --include u1 --include u2",
      load: async () => (await commands()).create,
    },
    {
      usage: "list",
      summary: "show all segments",
      example: "bannerol segment list",
      load: async () => (await commands()).list,
    },
    {
      usage: "show <segment>",
      summary: "show one segment",
      example: "bannerol segment show staff",
      load: async () => (await commands()).show,
    },
    {
      usage: "delete <segment>",
      summary: "delete a segment that no flag uses",
      options: [comment],
      waits: true,
      example: "bannerol segment delete staff",
      load: async () => (await commands()).remove,
    },
    {
      usage: "keys <segment>",
      summary: "print the keys of a list, one a line",
      options: [list],
      example: "bannerol segment keys staff --list excluded",
      load: async () => (await keyCommands()).print,
    },
    {
      usage: "add <segment>",
      summary: "add keys to a list",
      options: [keys, list, comment],
      waits: true,
      example: "bannerol segment add staff --key u3 --key u4",
      load: async () => (await keyCommands()).add,
    },
    {
      usage: "remove <segment>",
      summary: "remove keys from a list",
      options: [keys, list, comment],
      waits: true,
      example: "bannerol segment remove staff --key u3",
      load: async () => (await keyCommands()).remove,
    },
    {
      usage: "import <segment> <file>",
      summary: "replace a list by up to 1,000,000 keys, one a line (-: standard input)",
      options: [list, empty, comment],
      waits: true,
      example: "bannerol segment import staff staff.txt",
      load: async () => (await keyCommands()).replace,
    },
  ],
};
