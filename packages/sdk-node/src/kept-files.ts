/** How files of kept rulesets are named, which of them is the newest, and which have had their day. Pure. */
import { createHash } from "node:crypto";

/** One file: whose ruleset, of which epoch and revision, and when it was written. */
export interface KeptFile {
  readonly name: string;
  readonly epochTag: string;
  readonly revision: number;
  /** Epoch milliseconds. */
  readonly writtenAt: number;
}

const GENERATIONS = 2;
const FORM = /^([0-9a-f]{32})-([0-9a-f]{16})-(\d{16})\.ruleset$/;

/** A server's epoch is any text; in a name it goes by its hash. */
export function epochTag(epoch: string): string {
  return createHash("sha256").update(epoch).digest("hex").slice(0, 16);
}

/** The part of a name that says whose it is. */
export function ownerTag(binding: string): string {
  return createHash("sha256").update(binding).digest("hex").slice(0, 32);
}

export function nameOf(owner: string, epoch: string, revision: number): string {
  return `${owner}-${epochTag(epoch)}-${String(revision).padStart(16, "0")}.ruleset`;
}

/** What a name says, where it is one of `owner`'s. */
export function readName(name: string, owner: string): Omit<KeptFile, "writtenAt"> | undefined {
  const [, whose, epoch, revision] = FORM.exec(name) ?? [];
  return whose !== owner || epoch === undefined ? undefined : { name, epochTag: epoch, revision: Number(revision) };
}

/** The newest first: by epoch, the one written to last before others; within it by revision. */
export function newestFirst(files: readonly KeptFile[]): readonly KeptFile[] {
  const lastWritten = new Map<string, number>();
  for (const { epochTag: epoch, writtenAt } of files) {
    lastWritten.set(epoch, Math.max(lastWritten.get(epoch) ?? 0, writtenAt));
  }
  const ageOf = ({ epochTag: epoch }: KeptFile) => lastWritten.get(epoch) ?? 0;
  return [...files].sort(
    (a, b) => ageOf(b) - ageOf(a) || a.epochTag.localeCompare(b.epochTag) || b.revision - a.revision,
  );
}

/** What may go once a file of `epoch` was written: all but two generations, of which the second may be of before. */
export function outlived(files: readonly KeptFile[], epoch: string): readonly KeptFile[] {
  const own = epochTag(epoch);
  const ranked = newestFirst(files);
  const ours = ranked.filter((file) => file.epochTag === own);
  const others = ranked.filter((file) => file.epochTag !== own);
  return [...ours, ...others].slice(GENERATIONS);
}
