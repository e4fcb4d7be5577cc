import { keyKinds } from "../choices.ts";
import { comment, type NounSyntax, overlap } from "../syntax.ts";

const environments = () => import("../commands/env.ts");
const keys = () => import("../commands/key.ts");

export const environmentCommands: NounSyntax = {
  noun: "env",
  summary: "where flags have their own state",
  verbs: [
    {
      usage: "create <environment>",
      summary: "make an environment; every flag starts there disabled, or as it is in another",
      options: [
        { flags: "--name <text>", description: "for people" },
        { flags: "--copy-from <environment>", description: "the one whose targeting every flag gets" },
        comment,
      ],
      example: "bannerol env create preview --copy-from staging",
      load: async () => (await environments()).create,
    },
    {
      usage: "list",
      summary: "show the environments of a project",
      example: "bannerol env list",
      load: async () => (await environments()).list,
    },
    {
      usage: "protect <environment>",
      summary: "let few change it, and ask before; or have others approve what they change",
      options: [{ flags: "--approvals <count>", description: "how many others must approve a change" }, comment],
      example: "bannerol env protect production --approvals 1",
      load: async () => (await environments()).protect,
    },
    {
      usage: "unprotect <environment>",
      summary: "let it be changed like others",
      options: [comment],
      example: "bannerol env unprotect production",
      load: async () => (await environments()).unprotect,
    },
    {
      usage: "move <environment> <position>",
      summary: "move it in promotion order, from 0",
      options: [comment],
      example: "bannerol env move preview 1",
      load: async () => (await environments()).move,
    },
  ],
};

export const projectCommands: NounSyntax = {
  noun: "project",
  summary: "flags, segments and environments with one history",
  verbs: [
    {
      usage: "create <key>",
      summary: "make a project with its environments",
      options: [
        { flags: "--name <text>", description: "for people" },
        {
          flags: "--environment <key>",
          description: "in promotion order; the usual three unless named",
          repeatable: true,
        },
        comment,
      ],
      example: 'bannerol project create mobile --name "Mobile apps"',
      load: async () => (await import("../commands/project.ts")).create,
    },
    {
      usage: "list",
      summary: "show the projects that the token reaches",
      example: "bannerol project list",
      load: async () => (await import("../commands/project.ts")).list,
    },
  ],
};

export const keyCommands: NounSyntax = {
  noun: "key",
  summary: "what SDKs connect with",
  verbs: [
    {
      usage: "create",
      summary: "make a key for one environment; it is shown this once",
      options: [
        {
          flags: "--kind <kind>",
          description: "for your own processes, or for browsers; server unless named",
          choices: keyKinds,
        },
        { flags: "--name <text>", description: "who will use it" },
        comment,
      ],
      example: "bannerol key create --env production --name checkout-service",
      load: async () => (await keys()).create,
    },
    {
      usage: "list",
      summary: "show the keys of a project, or with --env of one environment",
      options: [{ flags: "--revoked", description: "revoked ones instead" }],
      example: "bannerol key list --env production",
      load: async () => (await keys()).list,
    },
    {
      usage: "rotate <id>",
      summary: "make a key in another's place, which still works for a while; it is shown this once",
      options: [overlap, comment],
      example: "bannerol key rotate 4cH0pQvT7xKz --overlap 7d",
      load: async () => (await keys()).rotate,
    },
    {
      usage: "revoke <id>",
      summary: "end a key: its id, or the key itself",
      options: [comment],
      example: "bannerol key revoke 4cH0pQvT7xKz",
      load: async () => (await keys()).revoke,
    },
  ],
};
