/** What was counted, as batches that a server takes: within its limits, each with an id of its own. Pure. */
import {
  type HelloMessage,
  MAX_EVENT_COUNT,
  MAX_EVENT_ROWS,
  MAX_EVENTS_BYTES,
  MAX_HELLO_TEXT_LENGTH,
} from "@bannerol/protocol";
import type { Counted } from "../exposures.ts";

/** Who says what was counted. */
export interface EventAuthor {
  readonly instance: string;
  readonly sdk: HelloMessage["sdk"];
  /** Another one at each call, that nobody else has: a server counts each id once. */
  readonly newId: () => string;
}

export interface Batch {
  readonly id: string;
  /** The body of the request, with the id in it. */
  readonly body: string;
  /** How many evaluations it counts. */
  readonly evaluations: number;
}

export interface Batches {
  readonly batches: readonly Batch[];
  /** Evaluations of what no batch can name. */
  readonly dropped: number;
}

type Kind = "counts" | "missing";
interface CountedRow {
  readonly flag: string;
  readonly variant?: string;
  readonly count: number;
}

interface Open {
  readonly texts: { readonly [K in Kind]: string[] };
  bytes: number;
  evaluations: number;
}

const utf8 = new TextEncoder();

/** In the order in which it is given. None where nothing was counted. */
export function batchesOf({ exposures, missing }: Counted, author: EventAuthor): Batches {
  const batches: Batch[] = [];
  let dropped = 0;
  let open = emptyBatch();
  const close = (): void => {
    if (open.evaluations > 0) batches.push(closed(open, author));
    open = emptyBatch();
  };
  const room = MAX_EVENTS_BYTES - bytesOf(probe(author).body);
  const add = (kind: Kind, row: CountedRow): void => {
    const text = JSON.stringify(row);
    const bytes = bytesOf(text) + 1;
    if (open.bytes + bytes > room || open.texts[kind].length >= MAX_EVENT_ROWS) close();
    open.texts[kind].push(text);
    open.bytes += bytes;
    open.evaluations += row.count;
  };
  const addAll = (kind: Kind, rows: readonly CountedRow[]): void => {
    for (const row of rows) {
      if (!isSendable(row)) dropped += row.count;
      else for (const part of partsOf(row)) add(kind, part);
    }
  };
  addAll("counts", exposures);
  addAll("missing", missing);
  close();
  return { batches, dropped };
}

/** A batch that counts nothing: it only asks whether the server takes any. */
export function probe(author: EventAuthor): Batch {
  return closed(emptyBatch(), author);
}

function emptyBatch(): Open {
  return { texts: { counts: [], missing: [] }, bytes: 0, evaluations: 0 };
}

function closed({ texts, evaluations }: Open, { newId, instance, sdk }: EventAuthor): Batch {
  const id = newId();
  const head = JSON.stringify({ id, instance, sdk }).slice(0, -1);
  return { id, body: `${head},"counts":[${texts.counts}],"missing":[${texts.missing}]}`, evaluations };
}

function bytesOf(text: string): number {
  return utf8.encode(text).length;
}

/** An application may ask for anything by name; the server refuses a batch with a name that no flag can have. */
function isSendable({ flag, variant = "" }: CountedRow): boolean {
  return flag !== "" && flag.length <= MAX_HELLO_TEXT_LENGTH && variant.length <= MAX_HELLO_TEXT_LENGTH;
}

/** Rows that differ in nothing but their count are added up by the server. */
function partsOf<T extends CountedRow>(row: T): readonly T[] {
  const parts: T[] = [];
  for (let left = row.count; left > 0; left -= MAX_EVENT_COUNT) {
    parts.push({ ...row, count: Math.min(left, MAX_EVENT_COUNT) });
  }
  return parts;
}
