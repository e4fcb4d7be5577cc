import {
  type ApprovalFilter,
  ApprovalMoved,
  type ApprovalStep,
  type ApprovalStore,
  type StoredApproval,
  type WorkApproval,
} from "../approval-store.ts";
import type { WorkClaim } from "../idempotency-store.ts";
import type { MemoryIdempotency } from "./memory-idempotency.ts";

export class MemoryApprovals implements ApprovalStore {
  readonly #rows = new Map<string, StoredApproval>();
  readonly #idempotency: MemoryIdempotency;

  constructor(idempotency: MemoryIdempotency) {
    this.#idempotency = idempotency;
  }

  async add(approval: StoredApproval, claim?: WorkClaim): Promise<void> {
    if (claim !== undefined) this.#idempotency.requireHeld(claim);
    this.#rows.set(nameOf(approval), approval);
    if (claim !== undefined) this.#idempotency.commit(claim);
  }

  async find(project: string, id: string): Promise<StoredApproval | undefined> {
    return this.#rows.get(nameOf({ project, id }));
  }

  async list(project: string, filter: ApprovalFilter): Promise<readonly StoredApproval[]> {
    return [...this.#rows.values()]
      .filter((row) => row.project === project && row.environments.includes(filter.environment))
      .filter((row) => passes(row, filter))
      .filter((row) => filter.after === undefined || compare(row, filter.after) > 0)
      .sort(compare)
      .slice(0, filter.limit);
  }

  async waiting(project: string, now: number): Promise<number> {
    return [...this.#rows.values()].filter(
      (row) => row.project === project && row.status === "waiting" && row.expiresAt > now,
    ).length;
  }

  async replace(step: ApprovalStep): Promise<boolean> {
    const before = this.#heldFor(step.project, step);
    if (before === undefined) return false;
    this.#rows.set(nameOf(step), { ...before, ...step });
    return true;
  }

  async sweep(before: number): Promise<void> {
    for (const [name, { at, status, expiresAt }] of this.#rows) {
      if (at < before && (status !== "waiting" || expiresAt < before)) this.#rows.delete(name);
    }
  }

  /** Throws where it has moved on. */
  requireWaiting(project: string, approval: WorkApproval): void {
    if (this.#heldFor(project, approval) === undefined) throw new ApprovalMoved(approval);
  }

  /** With the change that it is. */
  commit(project: string, approval: WorkApproval): void {
    const before = this.#heldFor(project, approval);
    if (before !== undefined) this.#rows.set(nameOf(before), { ...before, ...approval });
  }

  #heldFor(project: string, { id, version }: WorkApproval): StoredApproval | undefined {
    const found = this.#rows.get(nameOf({ project, id }));
    return found?.status === "waiting" && found.version === version - 1 ? found : undefined;
  }
}

function nameOf({ project, id }: Pick<StoredApproval, "project" | "id">): string {
  return JSON.stringify([project, id]);
}

function passes({ status, expiresAt }: StoredApproval, filter: ApprovalFilter): boolean {
  if (filter.status === "all") return true;
  if (filter.status === "waiting") return status === "waiting" && expiresAt > filter.now;
  if (filter.status === "expired") return status === "waiting" && expiresAt <= filter.now;
  return status === filter.status;
}

function compare(a: Pick<StoredApproval, "at" | "id">, b: Pick<StoredApproval, "at" | "id">): number {
  return b.at - a.at || (a.id < b.id ? -1 : a.id > b.id ? 1 : 0);
}
