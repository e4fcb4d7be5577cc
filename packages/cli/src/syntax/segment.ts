import { comment, type NounSyntax } from "../syntax.ts";

const commands = () => import("../commands/segment.ts");

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
      example: "bannerol segment delete staff",
      load: async () => (await commands()).remove,
    },
  ],
};
