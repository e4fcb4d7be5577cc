import { environmentCommands, keyCommands, projectCommands } from "./syntax/access.ts";
import { approvingCommands, freezeCommands } from "./syntax/approving.ts";
import { applyCommand, changeCommands } from "./syntax/change.ts";
import {
  diffCommand,
  invariantCommands,
  parallelCommand,
  previewCommand,
  promoteCommand,
  testCommand,
} from "./syntax/checking.ts";
import { releaseCommands, scheduleCommands } from "./syntax/delivery.ts";
import { nightCommands, watchCommand } from "./syntax/everyday.ts";
import { flagCommands } from "./syntax/flag.ts";
import { loginCommand, tokenCommands, userCommands, whoamiCommand } from "./syntax/people.ts";
import { segmentCommands } from "./syntax/segment.ts";
import { devCommand, serverCommand } from "./syntax/service.ts";
import {
  completionCommands,
  configCommands,
  doctorCommand,
  generateCommands,
  rulesetCommands,
} from "./syntax/setup.ts";
import { webhookCommands } from "./syntax/webhook.ts";
import type { CommandSyntax } from "./syntax.ts";

/** Every command, in the order of the help page. */
export const commands: readonly CommandSyntax[] = [
  ...nightCommands,
  flagCommands,
  segmentCommands,
  serverCommand,
  previewCommand,
  parallelCommand,
  diffCommand,
  promoteCommand,
  testCommand,
  invariantCommands,
  ...approvingCommands,
  freezeCommands,
  changeCommands,
  projectCommands,
  environmentCommands,
  keyCommands,
  tokenCommands,
  userCommands,
  webhookCommands,
  whoamiCommand,
  configCommands,
  completionCommands,
  loginCommand,
  devCommand,
  doctorCommand,
  scheduleCommands,
  releaseCommands,
  applyCommand,
  watchCommand,
  rulesetCommands,
  generateCommands,
];
