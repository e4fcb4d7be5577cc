import { approvalStatuses } from "../choices.ts";
import { comment, type NounSyntax, type VerbSyntax } from "../syntax.ts";

const approvals = () => import("../commands/approval.ts");
const freezes = () => import("../commands/freeze.ts");

export const approvingCommands: readonly VerbSyntax[] = [
  {
    usage: "approvals",
    summary: "show the changes that wait for approval, here or with --env in one environment",
    brief: "what waits",
    options: [{ flags: "--status <status>", description: "waiting unless named", choices: approvalStatuses }],
    example: "bannerol approvals --env production",
    load: async () => (await approvals()).list,
    verbs: [
      {
        usage: "show <id>",
        summary: "show what a change would do, and who has approved it",
        example: "bannerol approvals show k3x9m2qa --env production",
        load: async () => (await approvals()).show,
      },
    ],
  },
  {
    usage: "approve <id>",
    summary: "approve a change that somebody else made; the last approval applies it",
    brief: "let a change be made",
    options: [comment],
    waits: true,
    example: "bannerol approve k3x9m2qa --env production",
    load: async () => (await approvals()).approve,
  },
  {
    usage: "reject <id>",
    summary: "reject a change that waits for approval",
    options: [comment],
    example: 'bannerol reject k3x9m2qa --env production --comment "not on a Friday"',
    load: async () => (await approvals()).reject,
  },
  {
    usage: "withdraw <id>",
    summary: "withdraw a change of your own that waits for approval",
    options: [comment],
    example: "bannerol withdraw k3x9m2qa --env production",
    load: async () => (await approvals()).withdraw,
  },
];

export const freezeCommands: NounSyntax = {
  noun: "freeze",
  summary: "windows in which nothing alters an environment but a kill",
  verbs: [
    {
      usage: "add <key>",
      summary: "freeze an environment for a while: only kills pass",
      options: [
        { flags: "--until <instant>", description: 'RFC 3339, or "2027-01-02 08:00 Europe/Berlin"', required: true },
        { flags: "--from <instant>", description: "now unless named" },
        { flags: "--reason <text>", description: "told to whoever meets it" },
        comment,
      ],
      example: 'bannerol freeze add year-end --env production --until 2027-01-02T08:00:00Z --reason "Year end"',
      load: async () => (await freezes()).add,
    },
    {
      usage: "list",
      summary: "show the freezes of an environment, those that are over too",
      example: "bannerol freeze list --env production",
      load: async () => (await freezes()).list,
    },
    {
      usage: "end <key>",
      summary: "end a freeze, or forget one that is over",
      options: [comment],
      example: "bannerol freeze end year-end --env production",
      load: async () => (await freezes()).end,
    },
  ],
};
