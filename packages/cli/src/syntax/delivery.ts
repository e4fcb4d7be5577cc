import { comment, type NounSyntax } from "../syntax.ts";

const schedules = () => import("../commands/schedule.ts");
const releases = () => import("../commands/release.ts");

const watch = { flags: "--watch", description: "until it is over" };

export const releaseCommands: NounSyntax = {
  noun: "release",
  summary: "rollouts that go on by themselves",
  verbs: [
    {
      usage: "list",
      summary: "show the newest release of each flag",
      example: "bannerol release list --env production",
      load: async () => (await releases()).list,
    },
    {
      usage: "show <flag>",
      summary: "show where it is, and what its guards see",
      options: [watch],
      example: "bannerol release show new-checkout --env production --watch",
      load: async () => (await releases()).show,
    },
    {
      usage: "pause <flag>",
      summary: "begin no step; its share stays, and a breach still takes it back",
      options: [comment],
      example: "bannerol release pause new-checkout --env production",
      load: async () => (await releases()).pause,
    },
    {
      usage: "resume <flag>",
      summary: "go on, with what is left of the hold",
      options: [comment],
      example: "bannerol release resume new-checkout --env production",
      load: async () => (await releases()).resume,
    },
    {
      usage: "approve <flag>",
      summary: "let the next step begin once its time has come",
      options: [comment],
      example: "bannerol release approve new-checkout --env production",
      load: async () => (await releases()).approve,
    },
    {
      usage: "advance <flag>",
      summary: "begin the next step now, whatever the guards have shown",
      options: [comment],
      waits: true,
      example: "bannerol release advance new-checkout --env production",
      load: async () => (await releases()).advance,
    },
    {
      usage: "abort <flag>",
      summary: "end it; the share that was reached stays",
      options: [comment],
      waits: true,
      example: "bannerol release abort new-checkout --env production",
      load: async () => (await releases()).abort,
    },
    {
      usage: "rollback <flag>",
      summary: "end it, and take everybody out who came in by it",
      options: [comment],
      waits: true,
      example: "bannerol release rollback new-checkout --env production",
      load: async () => (await releases()).rollback,
    },
    {
      usage: "explain <flag>",
      summary: "what was judged of which numbers, each judged again",
      example: "bannerol release explain new-checkout --env production",
      load: async () => (await releases()).explain,
    },
  ],
};

export const scheduleCommands: NounSyntax = {
  noun: "schedule",
  summary: "changes that wait for their time",
  verbs: [
    {
      usage: "add <flag>",
      summary: "change the flag at an instant; a kill cancels it",
      options: [
        {
          flags: "--at <instant>",
          description: 'RFC 3339, or "2026-12-01 09:00 Europe/Berlin"',
          required: true,
        },
        { flags: "--enable", description: "enable it then" },
        { flags: "--disable", description: "disable it then" },
        { flags: "--percent <percent>", description: "roll it out so far; takes --enable too" },
        { flags: "--variant <key>", description: "with --percent: what rolls out" },
        { flags: "--bucket-by <attribute>", description: "with --percent: who stays together" },
        { flags: "--change <json>", description: "a merge patch of the targeting" },
        { flags: "--kill", description: "off, whatever is running then" },
        comment,
      ],
      example: 'bannerol schedule add new-checkout --at "2026-12-01 09:00 Europe/Berlin" --enable --env production',
      load: async () => (await schedules()).add,
    },
    {
      usage: "list <flag>",
      summary: "show what waits",
      example: "bannerol schedule list new-checkout --env production",
      load: async () => (await schedules()).list,
    },
    {
      usage: "cancel <flag> <id>",
      summary: "let it not happen",
      options: [comment],
      example: "bannerol schedule cancel new-checkout k3wq7zpb --env production",
      load: async () => (await schedules()).cancel,
    },
  ],
};
