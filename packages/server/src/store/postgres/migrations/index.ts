import type { Migration } from "../../migration.ts";
import { history } from "./0001-history.ts";
import { lists } from "./0002-lists.ts";
import { usage } from "./0003-usage.ts";
import { idempotency } from "./0004-idempotency.ts";
import { evidence } from "./0005-evidence.ts";
import { approvals } from "./0006-approvals.ts";
import { webhooks } from "./0007-webhooks.ts";
import { credentialUses } from "./0008-credential-uses.ts";

/** In order. One that was released is never edited: the next says what changes. */
export const migrations: readonly Migration[] = [
  history,
  lists,
  usage,
  idempotency,
  evidence,
  approvals,
  webhooks,
  credentialUses,
];
