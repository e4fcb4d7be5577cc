/** What was counted, as batches that a server takes: within its limits, each with an id of its own. Pure. */
import {
  type HelloMessage,
  MAX_EVENT_COUNT,
  MAX_EVENT_ROWS,
  MAX_EVENTS_BYTES,
  MAX_HELLO_TEXT_LENGTH,
  MAX_OUTCOME_ROWS,
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

/** What else a batch carries: a row that is written already, and how much it counts. */
export interface EventRow {
  readonly kind: "outcomes" | "parallel";
  readonly text: string;
  readonly count: number;
}

type Kind = "counts" | "missing" | EventRow["kind"];
const kinds = ["counts", "missing", "outcomes", "parallel"] as const satisfies readonly Kind[];
const mostRows: { readonly [K in Kind]: number } = {
  counts: MAX_EVENT_ROWS,
  missing: MAX_EVENT_ROWS,
  outcomes: MAX_OUTCOME_ROWS,
  parallel: MAX_OUTCOME_ROWS,
};
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

export interface TakenEvents extends Counted {
  readonly rows?: readonly EventRow[];
}

/** In the order in which it is given. None where nothing was counted. */
export function batchesOf({ exposures, missing, rows = [] }: TakenEvents, author: EventAuthor): Batches {
  const batches: Batch[] = [];
  let dropped = 0;
  let open = emptyBatch();
  const close = (): void => {
    if (open.bytes > 0) batches.push(closed(open, author));
    open = emptyBatch();
  };
  const room = MAX_EVENTS_BYTES - bytesOf(probe(author).body);
  const add = (kind: Kind, text: string, count: number): void => {
    const bytes = bytesOf(text) + 1;
    if (bytes > room) {
      dropped += count;
      return;
    }
    if (open.bytes + bytes > room || open.texts[kind].length >= mostRows[kind]) close();
    open.texts[kind].push(text);
    open.bytes += bytes;
    open.evaluations += count;
  };
  const addAll = (kind: Kind, counted: readonly CountedRow[]): void => {
    for (const row of counted) {
      if (!isSendable(row)) dropped += row.count;
      else for (const part of partsOf(row)) add(kind, JSON.stringify(part), part.count);
    }
  };
  addAll("counts", exposures);
  addAll("missing", missing);
  for (const { kind, text, count } of rows) add(kind, text, count);
  close();
  return { batches, dropped };
}

/** A batch that counts nothing: it only asks whether the server takes any. */
export function probe(author: EventAuthor): Batch {
  return closed(emptyBatch(), author);
}

function emptyBatch(): Open {
  return { texts: { counts: [], missing: [], outcomes: [], parallel: [] }, bytes: 0, evaluations: 0 };
}

function closed({ texts, evaluations }: Open, { newId, instance, sdk }: EventAuthor): Batch {
  const id = newId();
  const head = JSON.stringify({ id, instance, sdk }).slice(0, -1);
  const lists = kinds.flatMap((kind) => (isSent(kind, texts) ? [`"${kind}":[${texts[kind]}]`] : []));
  return { id, body: `${head},${lists}}`, evaluations };
}

/** Counts are there even where there are none: so a batch that counts nothing has a form. */
function isSent(kind: Kind, texts: Open["texts"]): boolean {
  return kind === "counts" || kind === "missing" || texts[kind].length > 0;
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
