import { roles } from "../choices.ts";
import { comment, type NounSyntax, overlap, type VerbSyntax } from "../syntax.ts";

const tokens = () => import("../commands/token.ts");
const users = () => import("../commands/user.ts");

export const tokenCommands: NounSyntax = {
  noun: "token",
  summary: "what people and pipelines work with",
  verbs: [
    {
      usage: "create <name>",
      summary: "make a token; it is shown this once. --project and --env bound it",
      options: [
        { flags: "--role <role>", description: "what it may do; with --user theirs unless named", choices: roles },
        { flags: "--user <user>", description: "whose it is: their e-mail or id; a service's unless named" },
        { flags: "--expires <when>", description: "90d, or an instant (RFC 3339); never unless named" },
        comment,
      ],
      example: "bannerol token create deploy-pipeline --role releaser --env production --expires 90d",
      load: async () => (await tokens()).create,
    },
    {
      usage: "list",
      summary: "show all tokens",
      options: [{ flags: "--revoked", description: "revoked ones instead" }],
      example: "bannerol token list",
      load: async () => (await tokens()).list,
    },
    {
      usage: "rotate <id>",
      summary: "make a token in another's place, which still works for a while; it is shown this once",
      options: [overlap, comment],
      example: "bannerol token rotate 9mWb2LsQe4Yd --overlap 1h",
      load: async () => (await tokens()).rotate,
    },
    {
      usage: "revoke <id>",
      summary: "end a token: its id, or the token itself",
      options: [comment],
      example: "bannerol token revoke 9mWb2LsQe4Yd",
      load: async () => (await tokens()).revoke,
    },
  ],
};

export const userCommands: NounSyntax = {
  noun: "user",
  summary: "people, whom personal tokens name",
  verbs: [
    {
      usage: "create <name>",
      summary: "make a person; --project and --env bound what they may reach",
      options: [
        { flags: "--email <address>", description: "how they are told from others", required: true },
        { flags: "--role <role>", description: "the most that they may do", choices: roles, required: true },
        comment,
      ],
      example: "bannerol user create Ada --email ada@example.com --role releaser",
      load: async () => (await users()).create,
    },
    {
      usage: "list",
      summary: "show people, those who are disabled too",
      example: "bannerol user list",
      load: async () => (await users()).list,
    },
    {
      usage: "show <user>",
      summary: "show a person (their e-mail or id) and their tokens",
      example: "bannerol user show ada@example.com",
      load: async () => (await users()).show,
    },
    {
      usage: "update <user>",
      summary: "rename a person, or give them another role, which bounds their tokens at once",
      options: [
        { flags: "--name <text>", description: "what they are called" },
        { flags: "--email <address>", description: "how they are told from others" },
        { flags: "--role <role>", description: "the most that they may do", choices: roles },
        comment,
      ],
      example: "bannerol user update ada@example.com --role viewer",
      load: async () => (await users()).update,
    },
    {
      usage: "disable <user>",
      summary: "let nobody in by their tokens; what they did stays theirs",
      options: [comment],
      example: "bannerol user disable ada@example.com",
      load: async () => (await users()).disable,
    },
    {
      usage: "enable <user>",
      summary: "let their tokens work again",
      options: [comment],
      example: "bannerol user enable ada@example.com",
      load: async () => (await users()).enable,
    },
  ],
};

export const whoamiCommand: VerbSyntax = {
  usage: "whoami",
  summary: "who you are to the server, and which settings say so",
  example: "bannerol whoami",
  load: async () => (await import("../commands/whoami.ts")).whoami,
};

export const loginCommand: VerbSyntax = {
  usage: "login",
  summary: "keep a server's address and a token for later",
  brief: "keep a token for later",
  example: "bannerol login --url https://flags.example.com",
  load: async () => (await import("../commands/login.ts")).login,
};
