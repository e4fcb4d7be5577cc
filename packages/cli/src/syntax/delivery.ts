import { comment, type NounSyntax } from "../syntax.ts";

const schedules = () => import("../commands/schedule.ts");

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
