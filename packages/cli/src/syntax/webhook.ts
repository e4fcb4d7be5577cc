import { comment, type NounSyntax, type OptionSyntax } from "../syntax.ts";

const webhooks = () => import("../commands/webhook.ts");

const name: OptionSyntax = { flags: "--name <text>", description: "for people" };
const event: OptionSyntax = {
  flags: "--event <action>",
  description: "flag.enable, or flag.* for all that begin so; all unless named",
  repeatable: true,
};

export const webhookCommands: NounSyntax = {
  noun: "webhook",
  summary: "addresses that are told of changes",
  verbs: [
    {
      usage: "create <address>",
      summary: "have changes sent; its secret is shown this once. --project and --env bound it",
      options: [name, event, comment],
      example: "bannerol webhook create https://hooks.example.com/flags --project default --event flag.*",
      load: async () => (await webhooks()).create,
    },
    {
      usage: "list",
      summary: "show the webhooks that the token reaches",
      example: "bannerol webhook list",
      load: async () => (await webhooks()).list,
    },
    {
      usage: "show <id>",
      summary: "show one, and what came of its deliveries",
      example: "bannerol webhook show 4cH0pQvT7xKz",
      load: async () => (await webhooks()).show,
    },
    {
      usage: "test <id>",
      summary: "send it a signed webhook.test now; exits 1 where that does not arrive",
      example: "bannerol webhook test 4cH0pQvT7xKz",
      load: async () => (await webhooks()).test,
    },
    {
      usage: "update <id>",
      summary: "change where it leads, or what it hears of",
      options: [{ flags: "--address <url>", description: "where changes are sent" }, name, event, comment],
      example: "bannerol webhook update 4cH0pQvT7xKz --event flag.* --event segment.*",
      load: async () => (await webhooks()).update,
    },
    {
      usage: "disable <id>",
      summary: "send nothing; what happens meanwhile is sent once it is enabled",
      options: [comment],
      example: "bannerol webhook disable 4cH0pQvT7xKz",
      load: async () => (await webhooks()).disable,
    },
    {
      usage: "enable <id>",
      summary: "go on where it stopped, and try again what failed",
      options: [comment],
      example: "bannerol webhook enable 4cH0pQvT7xKz",
      load: async () => (await webhooks()).enable,
    },
    {
      usage: "replay <id>",
      summary: "send changes again; --project where it hears of all",
      options: [{ flags: "--from <revision>", description: "of the first change that is sent", required: true }],
      example: "bannerol webhook replay 4cH0pQvT7xKz --from 41",
      load: async () => (await webhooks()).replay,
    },
    {
      usage: "rotate <id>",
      summary: "give it another secret, which is shown this once",
      options: [
        { flags: "--overlap <time>", description: "how long the old one signs too; 24h unless named" },
        comment,
      ],
      example: "bannerol webhook rotate 4cH0pQvT7xKz --overlap 48h",
      load: async () => (await webhooks()).rotate,
    },
    {
      usage: "delete <id>",
      summary: "remove it and its secret",
      options: [comment],
      example: "bannerol webhook delete 4cH0pQvT7xKz",
      load: async () => (await webhooks()).remove,
    },
  ],
};
