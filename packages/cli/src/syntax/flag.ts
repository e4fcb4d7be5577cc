import { flagKinds, flagTypes } from "../choices.ts";
import { comment, type NounSyntax } from "../syntax.ts";

const commands = () => import("../commands/flag.ts");
const switches = () => import("../commands/switch.ts");

export const flagCommands: NounSyntax = {
  noun: "flag",
  summary: "make, look at, switch and retire flags",
  verbs: [
    {
      usage: "create <flag>",
      summary: "make a flag, disabled in every environment",
      options: [
        { flags: "--description <text>", description: "what it decides" },
        {
          flags: "--type <type>",
          description: "of its values; boolean unless named",
          choices: flagTypes,
        },
        {
          flags: "--kind <kind>",
          description: "what it is for; release unless named",
          choices: flagKinds,
        },
        {
          flags: "--variant <key=value>",
          description: "a value it can serve; the first is the fallthrough, the last is off",
          repeatable: true,
        },
        { flags: "--owner <name>", description: "who answers for it" },
        { flags: "--tag <tag>", description: "to find it by", repeatable: true },
        { flags: "--client-side", description: "browsers may see it, rules included" },
        { flags: "--reuse-archived-key", description: "take the key of an archived flag; for admins" },
        comment,
      ],
      waits: true,
      example: 'bannerol flag create new-checkout --description "One-page checkout"',
      load: async () => (await commands()).create,
    },
    {
      usage: "list",
      summary: "show all flags",
      options: [
        { flags: "--search <text>", description: "in key or description" },
        { flags: "--tag <tag>", description: "with this tag" },
        { flags: "--owner <name>", description: "of this owner" },
        { flags: "--archived", description: "archived ones instead" },
      ],
      example: "bannerol flag list --tag checkout",
      load: async () => (await commands()).list,
    },
    {
      usage: "stale",
      summary: "flags past their time that are rolled out to everybody, or that nobody asks for",
      example: "bannerol flag stale",
      load: async () => (await commands()).stale,
    },
    {
      usage: "show <flag>",
      summary: "show a flag and what it serves in each environment",
      example: "bannerol flag show new-checkout",
      load: async () => (await commands()).show,
    },
    {
      usage: "update <flag>",
      summary: "change what is the same everywhere; what is not named stays",
      options: [
        { flags: "--description <text>", description: "what it decides" },
        { flags: "--kind <kind>", description: "what it is for", choices: flagKinds },
        {
          flags: "--variant <key=value>",
          description: "one more value it can serve, or another value of one it has",
          repeatable: true,
        },
        { flags: "--owner <name>", description: "who answers for it" },
        { flags: "--tag <tag>", description: "to find it by, instead of those it has", repeatable: true },
        comment,
      ],
      waits: true,
      example: "bannerol flag update new-checkout --variant shadow=true",
      load: async () => (await commands()).update,
    },
    {
      usage: "enable <flag>",
      summary: "switch it on in one environment",
      options: [comment],
      waits: true,
      example: "bannerol flag enable new-checkout --env production",
      load: async () => (await switches()).enable,
    },
    {
      usage: "disable <flag>",
      summary: "switch it off in one environment",
      options: [comment],
      waits: true,
      example: "bannerol flag disable new-checkout --env production",
      load: async () => (await switches()).disable,
    },
    {
      usage: "archive <flag>",
      summary: "retire it everywhere",
      options: [comment],
      waits: true,
      example: "bannerol flag archive new-checkout",
      load: async () => (await commands()).archive,
    },
    {
      usage: "restore <flag>",
      summary: "bring an archived flag back",
      options: [comment],
      waits: true,
      example: "bannerol flag restore new-checkout",
      load: async () => (await commands()).restore,
    },
  ],
};
